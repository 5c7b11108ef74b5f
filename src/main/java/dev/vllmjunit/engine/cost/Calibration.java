package dev.vllmjunit.engine.cost;

import dev.vllmjunit.topology.Accelerator;

/**
 * What the model knows of one kind of node. Rates are bytes per second.
 *
 * @param utilisation share of the peak FLOP/s that is reached
 * @param memoryUtilisation share of the peak memory bandwidth that is reached
 * @param exchange rate at which ranks exchange activations, whatever their number
 * @param hostLink one pass through the host's memory
 * @param sharedLink host memory to devices, all ranks together
 * @param rankLink host memory to one device
 * @param objectClient what the object store client of one rank moves
 * @param objectRead what the object store delivers to one host
 * @param objectWrite what the object store takes from one host
 * @param transfer KV transfer between nodes
 */
record Calibration(
        double utilisation,
        double memoryUtilisation,
        double exchange,
        double hostLink,
        double sharedLink,
        double rankLink,
        double objectClient,
        double objectRead,
        double objectWrite,
        double transfer) {

    /** Assumed, no published figure: a decode step reads memory at this share of the peak. */
    static final double MEMORY_UTILISATION = 0.6;

    /** Raw S3 of the published testbed, from one host. */
    static final double TESTBED_READ = 57e9;

    /** Raw S3 of the published testbed, from one host. */
    static final double TESTBED_WRITE = 22e9;

    /** Assumed: RDMA over the one 400 Gb/s port that the guide names, at 80 % of the line rate. */
    static final double RDMA = 0.8 * 50e9;

    /**
     * A two-core machine without accelerator, from single runs of the real stack with a model of 5 M parameters: 20,000 tokens
     * computed in 12.5 s; 32.5 MB loaded from S3 in 105 ms and moved by NIXL over TCP in 16 ms. Memory is assumed. An order of magnitude, no more.
     */
    private static final double CPU_FLOPS = 80e9;

    private static final double CPU_MEMORY = 10e9;
    private static final double CPU_OBJECT = 0.31e9;
    private static final double CPU_TRANSFER = 2e9;

    static Calibration of(Accelerator accelerator, Fit fit) {
        return switch (accelerator) {
            case ROCM, CUDA -> device(fit, fit.rocmExchange(), fit.hostLink());
            case GAUDI -> device(fit, fit.gaudiExchange(), fit.gaudiLink());
            case CPU ->
                new Calibration(
                        CPU_FLOPS / accelerator.peakFlops(),
                        CPU_MEMORY / accelerator.memoryBandwidth(),
                        CPU_MEMORY,
                        CPU_MEMORY,
                        CPU_MEMORY,
                        CPU_MEMORY,
                        CPU_OBJECT,
                        CPU_OBJECT,
                        CPU_OBJECT,
                        CPU_TRANSFER);
        };
    }

    private static Calibration device(Fit fit, double exchange, double sharedLink) {
        return new Calibration(
                fit.utilisation(),
                MEMORY_UTILISATION,
                exchange,
                fit.hostLink(),
                sharedLink,
                fit.rankLink(),
                fit.objectClient(),
                TESTBED_READ,
                TESTBED_WRITE,
                RDMA);
    }
}
