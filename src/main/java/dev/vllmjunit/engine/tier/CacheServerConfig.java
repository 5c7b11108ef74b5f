package dev.vllmjunit.engine.tier;

import dev.vllmjunit.engine.cost.CostModel;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.topology.ModelSpec;

/**
 * How the embedded KV cache server is set up.
 *
 * @param model whose KV cache it holds
 * @param chunkTokens tokens in a chunk; 1 or more
 * @param kvScale full-size KV bytes divided by bytes really held and moved; 1 or more
 * @param hostCapacityTokens capacity of the host tier, in tokens; what is less than a chunk holds nothing
 * @param cost modelled times of loading and storing
 * @param store the bucket of the S3 tier
 */
public record CacheServerConfig(
        ModelSpec model,
        int chunkTokens,
        int kvScale,
        long hostCapacityTokens,
        CostModel cost,
        ObjectStoreAccess store) {

    /** Checks the sizes. */
    public CacheServerConfig {
        requireAtLeast(1, "chunkTokens", chunkTokens);
        requireAtLeast(1, "kvScale", kvScale);
        requireAtLeast(0, "hostCapacityTokens", hostCapacityTokens);
    }

    /** Full-size KV bytes of a chunk: what times and counters are about. */
    public long chunkBytes() {
        return chunkTokens * model.kvBytesPerToken();
    }

    /** Bytes of a chunk as held and moved: so many whole bytes per token, at least one. */
    public int heldChunkBytes() {
        return Math.toIntExact(chunkTokens * Math.max(1, model.kvBytesPerToken() / kvScale));
    }

    private static void requireAtLeast(long least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be " + least + " or more");
        }
    }
}
