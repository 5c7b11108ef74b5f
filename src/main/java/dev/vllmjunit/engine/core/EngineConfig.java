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
 * @param blockSize tokens in a KV cache block; a multiple of 16
 * @param cacheTokens capacity of its KV cache, in tokens; at least two blocks, because one is nobody's, as in vLLM
 * @param maxBatchedTokens token budget of one scheduler step; at least 1
 * @param kvScale full-size KV bytes divided by bytes really held and moved; divides the model's KV bytes per token
 * @param lease how long blocks are kept for a decode node that does not come
 * @param sideChannelPort pinned side channel port; empty for a free one
 * @param cost modelled times
 * @param tier the KV cache server behind it, if there is one; its chunks are whole blocks
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of tokens or blocks; never compared as a whole
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
        Optional<KvCacheTier> tier) {

    /**
     * Checks that the sizes fit each other.
     *
     * @throws IllegalArgumentException naming the first one that does not, and what would do
     */
    public EngineConfig {
        vocabulary = vocabulary.clone();
        require(vocabulary.length >= 2, name, "vocabulary has " + vocabulary.length + " tokens; at least 2 are needed");
        require(
                blockSize > 0 && blockSize % KvStream.SEGMENT == 0,
                name,
                "blockSize is " + blockSize + "; it must be a multiple of " + KvStream.SEGMENT
                        + ", for instance 16, 64 or 128");
        require(
                cacheTokens >= 2L * blockSize && cacheTokens / blockSize < Integer.MAX_VALUE,
                name,
                "cacheTokens is " + cacheTokens + "; it must hold at least two blocks of " + blockSize
                        + " tokens, one of which is nobody's");
        require(maxBatchedTokens >= 1, name, "maxBatchedTokens is " + maxBatchedTokens + "; it must be at least 1");
        require(
                kvScale >= 1 && model.kvBytesPerToken() % kvScale == 0,
                name,
                "kvScale is " + kvScale + "; it must divide the " + model.kvBytesPerToken() + " KV bytes of a token of "
                        + model.id() + " without a remainder, for instance a power of two");
        require(
                model.kvBytesPerToken() / kvScale * blockSize <= Integer.MAX_VALUE / 2,
                name,
                "kvScale is " + kvScale + "; a block of " + blockSize
                        + " tokens is then larger than 1 GiB, raise kvScale");
        require(!lease.isNegative() && !lease.isZero(), name, "lease is " + lease + "; it must be longer than 0");
        int chunk = tier.map(KvCacheTier::chunkTokens).orElse(blockSize);
        require(
                chunk > 0 && chunk % blockSize == 0,
                name,
                "blockSize is " + blockSize + "; the KV cache server's chunks of " + chunk
                        + " tokens must be a multiple of it");
    }

    /** Bytes that one token's KV really takes in memory and on the wire. */
    int heldBytesPerToken() {
        return Math.toIntExact(model.kvBytesPerToken() / kvScale);
    }

    /** Bytes that one block really takes. */
    int blockBytes() {
        return blockSize * heldBytesPerToken();
    }

    /** Blocks in the KV cache, with the one that is nobody's. */
    int blocks() {
        return Math.toIntExact(cacheTokens / blockSize);
    }

    /** Blocks that so many tokens take. */
    int blocksFor(int tokens) {
        return (tokens + blockSize - 1) / blockSize;
    }

    private static void require(boolean holds, String name, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("engine " + name + ": " + otherwise);
        }
    }
}
