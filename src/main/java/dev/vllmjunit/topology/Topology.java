package dev.vllmjunit.topology;

import java.util.List;
import java.util.Optional;

/**
 * A declared serving topology: annotations merged with a profile. Immutable.
 *
 * @param profile name of the profile that filled what the annotations left out
 * @param model the one model every node serves
 * @param nodes prefill nodes first, then decode nodes, each by index
 * @param kvTransfer how KV cache moves between them
 * @param s3Cache the S3 tier, if declared
 */
public record Topology(
        String profile,
        ModelSpec model,
        List<NodeSpec> nodes,
        KvTransferSpec kvTransfer,
        Optional<S3CacheSpec> s3Cache) {

    /** Copies the nodes. */
    public Topology {
        nodes = List.copyOf(nodes);
    }

    /** The same of other nodes, prefill nodes first. */
    public Topology with(List<NodeSpec> others) {
        return new Topology(profile, model, others, kvTransfer, s3Cache);
    }

    /** Prefill nodes by index. */
    public List<NodeSpec> prefill() {
        return withRole(NodeRole.PREFILL);
    }

    /** Decode nodes by index. */
    public List<NodeSpec> decode() {
        return withRole(NodeRole.DECODE);
    }

    /**
     * Tokens in one object of the S3 tier: a chunk for LMCache, a block for vLLM's own tiering. Where there is no S3 tier, the
     * block size of the prefill nodes, which is then the unit of every hit.
     */
    public int cacheChunkTokens() {
        int blockSize = prefill().get(0).blockSize();
        return s3Cache.filter(s3 -> s3.writer() == S3CacheSpec.Writer.LMCACHE)
                .map(S3CacheSpec::chunkTokens)
                .orElse(blockSize);
    }

    private List<NodeSpec> withRole(NodeRole role) {
        return nodes.stream().filter(node -> node.role() == role).toList();
    }

    /** For instance {@code 1P1D, ROCM to GAUDI, S3 cache in bucket nixl}. */
    public String describe() {
        String shape = prefill().size() + "P" + decode().size() + "D";
        String devices = accelerators(prefill()) + " to " + accelerators(decode());
        return shape + ", " + devices
                + s3Cache.map(s3 -> ", S3 cache in bucket " + s3.bucket()).orElse(", no S3 cache");
    }

    private static String accelerators(List<NodeSpec> nodes) {
        return String.join(
                "+",
                nodes.stream().map(node -> node.accelerator().name()).distinct().toList());
    }
}
