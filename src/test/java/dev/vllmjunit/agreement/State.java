package dev.vllmjunit.agreement;

/** Where a prompt's KV cache is when its request comes. */
enum State {
    COLD("cold"),
    HOST("host memory"),
    S3("S3 only");

    private final String label;

    State(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
