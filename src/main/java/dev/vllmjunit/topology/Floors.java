package dev.vllmjunit.topology;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The least time physics allows: every device at its published peak, every link at its raw speed, everything that could overlap
 * overlapping. Nothing real is as fast; what is below a floor no such hardware reaches. Seconds throughout. Immutable.
 *
 * @param topology what computes
 * @param links what carries
 */
record Floors(Topology topology, Links links) {

    /**
     * Operations to compute the KV cache of a prompt: {@code 2 · parameters · n} for the weights, one multiplication and one
     * addition each, plus {@code 4 · layers · attentionWidth · n² / 2} for attention (queries with keys, then with values; the causal
     * mask halves it). Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1; Hoffmann et al. 2022,
     * appendix F.
     */
    public double prefillFlops(long tokens) {
        ModelSpec model = topology.model();
        double n = tokens;
        return 2.0 * model.parameters() * n + 4.0 * model.layers() * model.attentionWidth() * n * n / 2;
    }

    /** KV cache of a prompt, in bytes over all ranks. */
    public double kvBytes(long tokens) {
        return (double) tokens * topology.model().kvBytesPerToken();
    }

    /** Computing one prompt on the fastest prefill node, at 100 % utilisation. */
    public double computeSeconds(long tokens) {
        return prefillFlops(tokens) / fastestPrefillFlops();
    }

    /** Loading one prompt's KV cache from the object store over the link's raw speed. */
    public double s3Seconds(long tokens) {
        return links.s3Seconds(kvBytes(tokens));
    }

    /** Moving one prompt's KV cache from prefill to decode over the link's raw speed. */
    public double transferSeconds(long tokens) {
        return links.nixlSeconds(kvBytes(tokens));
    }

    /**
     * What one decode step has to read: every weight once, and each sequence's KV cache. Pope et al. 2022, "Efficiently Scaling
     * Transformer Inference", section 2.1.
     */
    public double decodeStepBytes(double sequences, long contextTokens) {
        return topology.model().weightBytes() + sequences * kvBytes(contextTokens);
    }

    /** One decode step on the fastest decode node at its full memory bandwidth. */
    public double decodeStepSeconds(double sequences, long contextTokens) {
        return decodeStepBytes(sequences, contextTokens) / fastestDecodeBandwidth();
    }

    /** Output tokens per second of all decode nodes at most, with so many requests in flight that each read this much context. */
    public double decodeTokensPerSecond(int concurrency, long contextTokens) {
        double sequences = Math.max(1, concurrency / (double) topology.decode().size());
        return concurrency / decodeStepSeconds(sequences, contextTokens);
    }

    double fastestPrefillFlops() {
        return topology.prefill().stream().mapToDouble(Floors::flops).max().orElseThrow();
    }

    double allPrefillFlops() {
        return topology.prefill().stream().mapToDouble(Floors::flops).sum();
    }

    double fastestDecodeBandwidth() {
        return topology.decode().stream().mapToDouble(Floors::bandwidth).max().orElseThrow();
    }

    /** For instance {@code 8 x AMD Instinct MI300X}. */
    String fastestPrefill() {
        return fastest(topology.prefill(), Floors::flops);
    }

    /** For instance {@code 8 x Intel Gaudi 3}. */
    String fastestDecode() {
        return fastest(topology.decode(), Floors::bandwidth);
    }

    private static String fastest(List<NodeSpec> nodes, ToDoubleFunction<NodeSpec> speed) {
        NodeSpec fastest = nodes.stream().max(Comparator.comparingDouble(speed)).orElseThrow();
        return fastest.tensorParallelism() + " x " + fastest.accelerator().device();
    }

    private static double flops(NodeSpec node) {
        return node.tensorParallelism() * node.accelerator().peakFlops();
    }

    private static double bandwidth(NodeSpec node) {
        return node.tensorParallelism() * node.accelerator().memoryBandwidth();
    }
}
