package dev.vllmjunit.assertion;

import org.assertj.core.annotation.CheckReturnValue;

/**
 * Names a statistic of a latency. A mean's interval is the bootstrap's over the documents asked about, of which there have to be two; a
 * percentile's lies between two of the values, of which 95 % confidence takes 6 for p50, 36 for p90, 72 for p95 and 368 for p99. Of
 * fewer they are INVALID. Where a run was repeated three times or more, each repetition's statistic is one value, and the interval is
 * Student's.
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

    /** Greatest value of a run; judged on the value unless the run was repeated three times or more. */
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
