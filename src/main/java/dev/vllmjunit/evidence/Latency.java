package dev.vllmjunit.evidence;

/** The latencies of a request, as the field names them. */
public enum Latency {
    /** Time to first token, from the intended start. */
    TTFT("time to first token"),
    /** Time per output token after the first. */
    TPOT("time per output token"),
    /** Gaps between consecutive output events, over all requests. */
    ITL("inter-token latency"),
    /** From the intended start to the end of the response. */
    END_TO_END("end-to-end latency");

    private final String label;

    Latency(String label) {
        this.label = label;
    }

    /** In words, for messages and charts. */
    public String label() {
        return label;
    }
}
