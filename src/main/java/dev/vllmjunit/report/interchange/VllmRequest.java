package dev.vllmjunit.report.interchange;

import dev.vllmjunit.load.RequestRecord;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One request as {@code vllm bench serve --save-detailed} writes it. Times are seconds and count from the moment it was sent,
 * where this project's latencies count from the intended start: those are {@code queueTime} longer, which is 0 in a closed loop.
 * Immutable.
 *
 * @param inputLen prompt tokens: as the server's usage says, else as planned
 * @param outputLen output tokens; 0 for a failed request
 * @param ttft to the first output event; 0 for a request that failed before it
 * @param itls gaps between output events
 * @param latency to the last output event; 0 for a failed request; empty in files of a vLLM that did not write it
 * @param startTime when it was sent, on a clock of arbitrary origin (in files of this project: counted from the first intended
 *     start); empty in files of a vLLM that did not write it
 * @param queueTime from when it was due to when it was sent; empty in files of a vLLM that did not write it
 * @param generatedText the output; empty for a failed request
 * @param error why it failed; empty for one that succeeded
 */
public record VllmRequest(
        int inputLen,
        int outputLen,
        double ttft,
        List<Double> itls,
        OptionalDouble latency,
        OptionalDouble startTime,
        OptionalDouble queueTime,
        String generatedText,
        String error) {

    /** Copies the gaps. */
    public VllmRequest {
        itls = List.copyOf(itls);
    }

    static VllmRequest of(RequestRecord request, int plannedTokens, long originNanos) {
        long[] tokens = request.tokenNanos();
        long last = tokens.length == 0 ? request.endNanos() : tokens[tokens.length - 1];
        boolean succeeded = request.succeeded();
        return new VllmRequest(
                request.promptTokens() < 0 ? plannedTokens : request.promptTokens(),
                succeeded ? request.outputTokens() : 0,
                tokens.length == 0 ? 0 : seconds(tokens[0] - request.sentNanos()),
                request.interTokenNanos().stream().map(VllmRequest::seconds).toList(),
                OptionalDouble.of(succeeded ? seconds(last - request.sentNanos()) : 0),
                OptionalDouble.of(seconds(request.sentNanos() - originNanos)),
                OptionalDouble.of(seconds(request.sentNanos() - request.intendedNanos())),
                succeeded ? request.text() : "",
                request.error().orElse(""));
    }

    /** Whether it succeeded: vLLM says why when one did not. */
    public boolean succeeded() {
        return error.isEmpty();
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
