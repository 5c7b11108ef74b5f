package dev.vllmjunit.report;

import dev.vllmjunit.stats.Sample;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One latency of a run in milliseconds. A figure that the sample is too small for is null.
 *
 * @param samples number of samples
 * @param mean arithmetic mean
 * @param standardDeviation of the sample
 * @param min least
 * @param p50 median
 * @param p90 90th percentile
 * @param p95 95th percentile
 * @param p99 99th percentile
 * @param max greatest
 */
public record LatencyFigures(
        int samples,
        @Nullable Double mean,
        @Nullable Double standardDeviation,
        @Nullable Double min,
        @Nullable Double p50,
        @Nullable Double p90,
        @Nullable Double p95,
        @Nullable Double p99,
        @Nullable Double max) {

    /** Of the interval that a sample has to be large enough for; the same that assertions judge by. */
    private static final double CONFIDENCE = 0.95;

    static LatencyFigures of(double[] nanos) {
        if (nanos.length == 0) {
            return new LatencyFigures(0, null, null, null, null, null, null, null, null);
        }
        Sample sample = Sample.of(Arrays.stream(nanos).map(value -> value / 1e6).toArray());
        return new LatencyFigures(
                sample.size(),
                sample.mean(),
                sample.size() < 2 ? null : sample.standardDeviation(),
                sample.min(),
                quantile(sample, 0.5),
                quantile(sample, 0.9),
                quantile(sample, 0.95),
                quantile(sample, 0.99),
                sample.max());
    }

    private static @Nullable Double quantile(Sample sample, double q) {
        return sample.supports(q, CONFIDENCE) ? sample.quantile(q) : null;
    }
}
