package dev.vllmjunit.engine.core;

/**
 * Where a prompt's KV blocks lie: the substance of vLLM's {@code kv_transfer_params} between prefill and decode.
 *
 * @param engineId the prefill engine's id
 * @param requestId the prefill engine's id of the request
 * @param host its side channel's host
 * @param port its side channel's port
 * @param blockIds blocks in prompt order
 * @param tokens prompt tokens they hold
 * @param cachedTokens prompt tokens the prefill node did not compute for this very request
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of tokens or blocks; never compared as a whole
public record RemoteKv(
        String engineId, String requestId, String host, int port, int[] blockIds, int tokens, int cachedTokens) {}
