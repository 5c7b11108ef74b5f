package dev.vllmjunit.load;

import org.HdrHistogram.Histogram;

/**
 * By how much something came later than it was due.
 *
 * @param count how often it was looked at
 * @param meanNanos its mean
 * @param p99Nanos its 99th percentile
 * @param maxNanos the largest
 */
public record Lateness(long count, long meanNanos, long p99Nanos, long maxNanos) {

    static Lateness of(Histogram nanos) {
        return new Lateness(
                nanos.getTotalCount(),
                Math.round(nanos.getMean()),
                nanos.getValueAtPercentile(99),
                nanos.getMaxValue());
    }
}
