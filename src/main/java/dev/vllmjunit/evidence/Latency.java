package dev.vllmjunit.evidence;

import dev.vllmjunit.load.RequestRecord;

/** The latencies of a request, as the field names them. */
public enum Latency {
    /** Time to first token, from the intended start. */
    TTFT("time to first token", "ttft"),
    /** Time per output token after the first. */
    TPOT("time per output token", "tpot"),
    /** Gaps between consecutive output events, over all requests. */
    ITL("inter-token latency", "itl"),
    /** From the intended start to the end of the response. */
    END_TO_END("end-to-end latency", "e2el");

    private final String label;
    private final String vllmName;

    Latency(String label, String vllmName) {
        this.label = label;
        this.vllmName = vllmName;
    }

    /** In words, for messages and charts. */
    public String label() {
        return label;
    }

    /** In the files and options of {@code vllm bench serve}. */
    public String vllmName() {
        return vllmName;
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
