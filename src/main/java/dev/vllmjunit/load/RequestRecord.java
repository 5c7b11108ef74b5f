package dev.vllmjunit.load;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What happened to one request, on the driver's {@link System#nanoTime()} clock.
 *
 * @param index the planned request's index
 * @param documentId which document it asked about; requests of one document are no independent observations
 * @param requestId the {@code X-Request-Id} sent
 * @param intendedNanos when it should have been sent (equals {@code sentNanos} in a closed loop)
 * @param sentNanos when its first byte was handed to the socket; equals {@code endNanos} when that never happened
 * @param tokenNanos arrival of each output event that carried text or a token, ascending; empty when none came
 * @param endNanos when the response, or the failure, was complete
 * @param outputTokens output tokens as the server's usage says
 * @param promptTokens prompt tokens as the server's usage says; -1 when it said nothing
 * @param text the output
 * @param finishReason vLLM's finish reason
 * @param error why the request failed; empty when it succeeded
 */
@SuppressWarnings("ArrayRecordComponent") // one long per token; never compared, never changed
public record RequestRecord(
        int index,
        int documentId,
        String requestId,
        long intendedNanos,
        long sentNanos,
        long[] tokenNanos,
        long endNanos,
        int outputTokens,
        int promptTokens,
        String text,
        Optional<String> finishReason,
        Optional<String> error) {

    /** Whether it counts as answered: finish reason and {@code [DONE]} seen, no error, as many tokens as asked for. */
    public boolean succeeded() {
        return error.isEmpty();
    }

    /** From the intended start to the first token, in nanoseconds. */
    public long timeToFirstTokenNanos() {
        return tokenNanos[0] - intendedNanos;
    }

    /** From the intended start to the end, in nanoseconds. */
    public long endToEndNanos() {
        return endNanos - intendedNanos;
    }

    /** (end to end - TTFT) / (output tokens - 1), in nanoseconds; 0 for a single token. */
    public double timePerOutputTokenNanos() {
        return outputTokens < 2 ? 0 : (double) (endToEndNanos() - timeToFirstTokenNanos()) / (outputTokens - 1);
    }

    /** Gaps between consecutive output events, in nanoseconds. */
    public List<Long> interTokenNanos() {
        return IntStream.range(1, tokenNanos.length)
                .mapToObj(i -> tokenNanos[i] - tokenNanos[i - 1])
                .toList();
    }
}
