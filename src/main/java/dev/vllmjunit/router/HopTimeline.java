package dev.vllmjunit.router;

import java.util.Optional;

/**
 * One request's way through the router, on the driver's {@link System#nanoTime()} clock; 0 for what did not happen. The
 * stamps that are there ascend in the order of the components, so the differences of neighbours sum to the whole.
 *
 * @param requestId the {@code X-Request-Id}
 * @param prefillNode name of the prefill node
 * @param decodeNode name of the decode node
 * @param receivedNanos request complete at the router
 * @param prefillSentNanos handed to the prefill node: connection at hand, first byte about to be written
 * @param prefillAnsweredNanos prefill's answer complete
 * @param decodeSentNanos handed to the decode node
 * @param firstTokenNanos first output event from decode: one whose choice has text, a token id, a tool call or a finish
 *     reason; for an answer that is no stream, when it was complete
 * @param lastTokenNanos last byte from decode: the chunk with {@code [DONE]}, before it was passed on
 * @param prefillCachedTokens prompt tokens the prefill node did not compute; -1 when it did not say
 * @param transferredTokens prompt tokens offered to decode; 0 when there was nothing to transfer
 * @param failedHop {@code prefill} or {@code decode} for the hop that failed, {@code client} for a client that left;
 *     empty when the request went through
 */
public record HopTimeline(
        String requestId,
        String prefillNode,
        String decodeNode,
        long receivedNanos,
        long prefillSentNanos,
        long prefillAnsweredNanos,
        long decodeSentNanos,
        long firstTokenNanos,
        long lastTokenNanos,
        int prefillCachedTokens,
        int transferredTokens,
        Optional<String> failedHop) {

    /** A request that went through. */
    public HopTimeline(
            String requestId,
            String prefillNode,
            String decodeNode,
            long receivedNanos,
            long prefillSentNanos,
            long prefillAnsweredNanos,
            long decodeSentNanos,
            long firstTokenNanos,
            long lastTokenNanos,
            int prefillCachedTokens,
            int transferredTokens) {
        this(
                requestId,
                prefillNode,
                decodeNode,
                receivedNanos,
                prefillSentNanos,
                prefillAnsweredNanos,
                decodeSentNanos,
                firstTokenNanos,
                lastTokenNanos,
                prefillCachedTokens,
                transferredTokens,
                Optional.empty());
    }
}
