package dev.vllmjunit.engine.core;

import java.util.stream.DoubleStream;

/** Upper bounds of vLLM 0.32's histograms; times in seconds, sizes in bytes. */
final class MetricBuckets {

    static final double[] FIRST_TOKEN = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560
    };
    static final double[] PER_TOKEN = {
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
    };
    static final double[] REQUEST = {
        0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
    };
    static final double[] ITERATION_TOKENS = {1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384};
    static final double[] PREEMPTIONS = {1, 2, 3, 4, 5, 10, 20};
    static final double[] TRANSFER = {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 5};
    static final double[] POST = {0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 5};
    static final double[] TRANSFER_BYTES =
            DoubleStream.iterate(1 << 11, bytes -> bytes * 4).limit(12).toArray();
    static final double[] DESCRIPTORS = {10, 20, 30, 50, 75, 100, 200, 400, 1000, 2000, 4000, 10000, 20000, 50000};

    private MetricBuckets() {}

    /** 1, 2, 5, 10, 20, 50 … up to the longest sequence, as vLLM builds them. */
    static double[] tokens(int maxModelLength) {
        DoubleStream.Builder bounds = DoubleStream.builder();
        for (double decade = 1; decade <= maxModelLength; decade *= 10) {
            bounds.add(decade).add(2 * decade).add(5 * decade);
        }
        return bounds.build().filter(bound -> bound <= maxModelLength).toArray();
    }
}
