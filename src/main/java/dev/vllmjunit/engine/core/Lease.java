package dev.vllmjunit.engine.core;

import java.util.List;

/**
 * Blocks of a finished prompt, kept for a decode node.
 *
 * @param requestId the prefill engine's id of the request
 * @param blocks blocks in prompt order
 * @param content their bytes, which nobody writes to while the lease lasts
 * @param tokens prompt tokens they hold
 * @param promptKey {@link Leases#promptKey} of the prompt
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of tokens or blocks; never compared as a whole
record Lease(String requestId, int[] blocks, List<byte[]> content, int tokens, long promptKey) {}
