package dev.vllmjunit.engine.core;

/**
 * What a decode node asks a prefill node for.
 *
 * @param requestId the prefill engine's id of the request
 * @param promptKey {@link Leases#promptKey} of the prompt it will use them for
 * @param tokens tokens of that prompt
 * @param firstBlock blocks of the prompt that it has itself
 * @param blocks ids of the blocks from there on
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of tokens or blocks; never compared as a whole
record PullRequest(String requestId, long promptKey, int tokens, int firstBlock, int[] blocks) {}
