package dev.vllmjunit.engine.core;

import java.util.Optional;

/**
 * A request as the engine sees it, checked by the HTTP surface.
 *
 * @param requestId vLLM's internal id, unique in the node
 * @param promptTokens at least one
 * @param maxTokens output tokens, 1 or more
 * @param ignoreEos whether an end-of-sequence token goes on
 * @param cacheSalt part of the block hashes, so that only equal salts share blocks
 * @param remoteDecode keep the prompt's blocks for a decode node and answer with where they are
 * @param remoteKv where to pull the prompt's blocks from, if a prefill node has them
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of tokens or blocks; never compared as a whole
public record GenerationRequest(
        String requestId,
        int[] promptTokens,
        int maxTokens,
        boolean ignoreEos,
        Optional<String> cacheSalt,
        boolean remoteDecode,
        Optional<RemoteKv> remoteKv) {}
