package dev.vllmjunit.evidence;

/** The parts of a request's time to first token, in the order they happen. */
public enum Hop {
    /** From the intended start to the first byte on the socket; 0 in a closed loop. */
    DRIVER("waiting to be sent"),
    /** From the driver to the complete request at the router. */
    TO_ROUTER("client to router"),
    /** In the router, until the prefill node has the request. */
    BEFORE_PREFILL("router, before prefill"),
    /** At the prefill node, until its answer is complete. */
    PREFILL("prefill"),
    /** In the router, until the decode node has the request. */
    BEFORE_DECODE("router, before decode"),
    /** At the decode node, until its first output event: queue, KV pull, first decode step. */
    DECODE("decode: KV pull and first step"),
    /** From the router to the driver. */
    TO_CLIENT("router to client");

    private final String label;

    Hop(String label) {
        this.label = label;
    }

    /** In words, for tables and charts. */
    public String label() {
        return label;
    }
}
