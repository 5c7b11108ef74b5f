package dev.vllmjunit.evidence;

import dev.vllmjunit.load.RequestRecord;

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

    /**
     * The values of one successful request, in nanoseconds: one; for ITL one per gap; none for TPOT of a single output token.
     */
    public double[] nanos(RequestRecord request) {
        return switch (this) {
            case TTFT -> new double[] {request.timeToFirstTokenNanos()};
            case TPOT -> request.outputTokens() < 2 ? new double[0] : new double[] {request.timePerOutputTokenNanos()};
            case ITL ->
                request.interTokenNanos().stream()
                        .mapToDouble(Long::doubleValue)
                        .toArray();
            case END_TO_END -> new double[] {request.endToEndNanos()};
        };
    }
}
