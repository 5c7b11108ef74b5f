package dev.vllmjunit.router;

/**
 * One request's way through the router, on the driver's {@link System#nanoTime()} clock; 0 for what did not happen.
 *
 * @param requestId the {@code X-Request-Id}
 * @param prefillNode name of the prefill node
 * @param decodeNode name of the decode node
 * @param receivedNanos request complete at the router
 * @param prefillSentNanos handed to the prefill node
 * @param prefillAnsweredNanos prefill's answer complete
 * @param decodeSentNanos handed to the decode node
 * @param firstTokenNanos first output event from decode
 * @param lastTokenNanos last byte from decode
 * @param prefillCachedTokens prompt tokens the prefill node did not compute; -1 when it did not say
 * @param transferredTokens prompt tokens offered to decode; 0 when there was nothing to transfer
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
        int transferredTokens) {}
