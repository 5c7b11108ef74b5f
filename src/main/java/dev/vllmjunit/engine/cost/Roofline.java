package dev.vllmjunit.engine.cost;

import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.ModelSpec;

/**
 * A roofline of one node: computing takes as long as its FLOPs or its memory reads, whichever is longer, and moving KV cache as
 * long as the slowest link it passes. <strong>Every time is modelled</strong>, calibrated against figures published for the
 * guide's testbed; {@code PublishedTableTest} prints each figure and its error. Immutable, thread-safe.
 *
 * <ul>
 *   <li>Prefill: 2 x parameters x n + 4 x layers x attention width x (n x context + n²/2) FLOPs, spread over the ranks at one
 *       utilisation for every accelerator; plus, beyond one rank, 2 x layers x n x hidden size activations that the ranks
 *       exchange in a time that further ranks do not shorten.
 *   <li>Decode: weights and KV cache read once per step at an assumed 60 % of the memory bandwidth, or its FLOPs.
 *   <li>Host tier: host memory to the devices, limited by one link per rank and by what all links carry together.
 *   <li>Object store, by LMCache: fetched by each rank's client, copied once through host memory, then loaded as from the host
 *       tier; one after the other.
 *   <li>KV transfer: RDMA over one port of 400 Gb/s at an assumed 80 %, what {@code vllm:nixl_xfer_time_seconds} covers. Copies
 *       between device and transfer buffer ({@code kv_buffer_device=cpu}) are not published and not included.
 *   <li>Each step and each transfer has an assumed fixed overhead.
 * </ul>
 *
 * <p>CUDA has no published figure here: it takes the utilisation and links of ROCM with its own peak figures. CPU stands for the
 * two-core machine on which the real stack was run.
 */
public final class Roofline implements CostModel {

    /** Assumed: scheduling and launching one step. */
    private static final double STEP_OVERHEAD = 0.002;

    /** Assumed: posting and completing one transfer. */
    private static final double TRANSFER_OVERHEAD = 0.001;

    private final Accelerator accelerator;
    private final int ranks;
    private final ModelSpec model;
    private final Calibration calibration;

    Roofline(Accelerator accelerator, int tensorParallelism, ModelSpec model, Fit fit) {
        if (tensorParallelism < 1) {
            throw new IllegalArgumentException("tensorParallelism is " + tensorParallelism + "; it must be 1 or more");
        }
        this.accelerator = accelerator;
        this.ranks = tensorParallelism;
        this.model = model;
        this.calibration = Calibration.of(accelerator, fit);
    }

    /**
     * The modelled times of a node.
     *
     * @param tensorParallelism devices the model is split over, 1 or more
     */
    public static CostModel of(Accelerator accelerator, int tensorParallelism, ModelSpec model) {
        return new Roofline(accelerator, tensorParallelism, model, Fit.PUBLISHED);
    }

    @Override
    public long prefillNanos(int newTokens, int contextTokens) {
        requireNotNegative("newTokens", newTokens);
        requireNotNegative("contextTokens", contextTokens);
        double pairs = (double) newTokens * contextTokens + (double) newTokens * newTokens / 2;
        return newTokens == 0 ? 0 : stepNanos(newTokens, pairs, contextTokens);
    }

    @Override
    public long decodeStepNanos(int sequences, long contextTokens) {
        requireNotNegative("sequences", sequences);
        requireNotNegative("contextTokens", contextTokens);
        return sequences == 0 ? 0 : stepNanos(sequences, (double) contextTokens, contextTokens);
    }

    @Override
    public long transferNanos(long bytes) {
        requireNotNegative("bytes", bytes);
        return bytes == 0 ? 0 : nanos(bytes / calibration.transfer() + TRANSFER_OVERHEAD);
    }

    @Override
    public long hostLoadNanos(long bytes) {
        requireNotNegative("bytes", bytes);
        return nanos(bytes / Math.min(calibration.sharedLink(), ranks * calibration.rankLink()));
    }

    @Override
    public long objectLoadNanos(long bytes) {
        double fetch = Math.min(calibration.objectRead(), ranks * calibration.objectClient());
        return hostLoadNanos(bytes) + nanos(bytes / fetch + bytes / calibration.hostLink());
    }

    /**
     * Loading from the object store by NIXL's OBJ plugin: into host memory as fast as one pass through it, or the ranks' links,
     * allow, then as from the host tier. No parameter is fitted to it.
     */
    long nixlObjectLoadNanos(long bytes) {
        double staging = Math.min(calibration.hostLink(), ranks * calibration.rankLink());
        return hostLoadNanos(bytes) + nanos(bytes / staging);
    }

    /** Writing is not published per rank: clients are assumed to write as fast as they read, up to the raw rate. */
    @Override
    public long objectStoreNanos(long bytes) {
        requireNotNegative("bytes", bytes);
        double send = Math.min(calibration.objectWrite(), ranks * calibration.objectClient());
        return nanos(bytes / send + bytes / calibration.hostLink());
    }

    /** One pass over the weights for so many tokens, so many (query, key) pairs per layer and so much KV cache read. */
    private long stepNanos(int tokens, double pairs, long contextTokens) {
        double flops = 2.0 * model.parameters() * tokens + 4.0 * model.layers() * model.attentionWidth() * pairs;
        double compute = flops / (ranks * accelerator.peakFlops() * calibration.utilisation());
        double bytes = model.weightBytes() + (double) contextTokens * model.kvBytesPerToken();
        double memory = bytes / (ranks * accelerator.memoryBandwidth() * calibration.memoryUtilisation());
        return nanos(Math.max(compute, memory) + exchangeSeconds(tokens) + STEP_OVERHEAD);
    }

    /** Activations are exchanged twice in each layer: after attention and after the MLP. */
    private double exchangeSeconds(int tokens) {
        double bytes = 2.0 * model.bytesPerElement() * model.layers() * tokens * model.hiddenSize();
        return ranks == 1 ? 0 : bytes / calibration.exchange();
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }

    private static void requireNotNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be 0 or more");
        }
    }
}
