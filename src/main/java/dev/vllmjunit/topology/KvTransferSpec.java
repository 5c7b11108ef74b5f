package dev.vllmjunit.topology;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How KV cache moves from prefill to decode.
 *
 * @param connector vLLM's connector name, {@code NixlConnector}
 * @param bufferDevice {@code cpu} or {@code cuda}: where the transfer buffers lie
 * @param sideChannelPort pinned side channel port of the first node; empty for a free one
 * @param lease how long a prefill node keeps blocks that nobody pulled ({@code kv_lease_duration})
 * @param enforceHandshakeCompatibility whether nodes of different attention backends refuse each other
 */
public record KvTransferSpec(
        String connector,
        String bufferDevice,
        OptionalInt sideChannelPort,
        Duration lease,
        boolean enforceHandshakeCompatibility) {}
