package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.cost.CostModel;
import dev.vllmjunit.engine.tier.KvCacheTier;
import dev.vllmjunit.topology.ModelSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How one embedded engine is set up.
 *
 * @param name node name, for thread names and logs: {@code prefill-0}
 * @param model what it serves
 * @param vocabulary token ids an output is drawn from; at least two
 * @param blockSize tokens in a KV cache block
 * @param cacheTokens capacity of its KV cache, in tokens
 * @param maxBatchedTokens token budget of one scheduler step
 * @param kvScale full-size KV bytes divided by bytes really held and moved
 * @param lease how long blocks are kept for a decode node that does not come
 * @param sideChannelPort pinned side channel port; empty for a free one
 * @param cost modelled times
 * @param tier the KV cache server behind it, if there is one
 */
public record EngineConfig(
        String name,
        ModelSpec model,
        int[] vocabulary,
        int blockSize,
        long cacheTokens,
        int maxBatchedTokens,
        int kvScale,
        Duration lease,
        OptionalInt sideChannelPort,
        CostModel cost,
        Optional<KvCacheTier> tier) {}
