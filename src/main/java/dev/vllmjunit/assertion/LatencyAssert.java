package dev.vllmjunit.assertion;

import org.assertj.core.annotation.CheckReturnValue;

/**
 * Names a statistic of a latency. A percentile is asked of a sample that is large enough for a distribution-free upper bound at 95 %:
 * 5 values for p50, 29 for p90, 59 for p95, 299 for p99; of a smaller one it is INVALID.
 */
public final class LatencyAssert {

    private final BenchmarkResultAssert result;
    private final LatencySource source;

    LatencyAssert(BenchmarkResultAssert result, LatencySource source) {
        this.result = result;
        this.source = source;
    }

    /** Arithmetic mean. */
    @CheckReturnValue
    public TimeAssert mean() {
        return new TimeAssert(result, source.mean());
    }

    /** Median. */
    @CheckReturnValue
    public TimeAssert p50() {
        return percentile(50);
    }

    /** 90th percentile. */
    @CheckReturnValue
    public TimeAssert p90() {
        return percentile(90);
    }

    /** 95th percentile. */
    @CheckReturnValue
    public TimeAssert p95() {
        return percentile(95);
    }

    /** 99th percentile. */
    @CheckReturnValue
    public TimeAssert p99() {
        return percentile(99);
    }

    /** Greatest observed value. */
    @CheckReturnValue
    public TimeAssert max() {
        return new TimeAssert(result, source.max());
    }

    /** Back to the result. */
    @CheckReturnValue
    public BenchmarkResultAssert and() {
        return result;
    }

    private TimeAssert percentile(int percent) {
        return new TimeAssert(result, source.percentile(percent));
    }
}
