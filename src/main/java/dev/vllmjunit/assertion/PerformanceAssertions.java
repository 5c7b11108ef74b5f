package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.RateSearch;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.data.Percentage;

/**
 * Where assertions of performance begin. Made for a static import beside AssertJ's own {@code assertThat}:
 *
 * <pre>{@code
 * assertThat(warm).timeToFirstToken().mean().isAtLeast(2, TIMES).fasterThan(cold);
 * assertThat(warm).cacheHitRate().isBetween(percent(60), percent(100));
 * assertThat(warm).throughput().isAtLeast(tokensPerSecond(500));
 * }</pre>
 *
 * <p>An assertion that does not hold fails with an {@link AssertionError}. One that cannot be decided, because the run or the
 * figure asked for is not to be trusted, throws {@link dev.vllmjunit.evidence.InvalidRunException}, also among soft assertions.
 */
public final class PerformanceAssertions {

    /** The unit of a factor, as in {@code isAtLeast(2, TIMES)}. */
    public static final Times TIMES = Times.TIMES;

    private PerformanceAssertions() {}

    /** Begins an assertion of a result. */
    @CheckReturnValue
    public static BenchmarkResultAssert assertThat(BenchmarkResult actual) {
        return new BenchmarkResultAssert(actual);
    }

    /** Begins an assertion of a profile's expectations. */
    @CheckReturnValue
    public static ExpectationTableAssert assertThat(ExpectationTable actual) {
        return new ExpectationTableAssert(actual);
    }

    /** Begins an assertion of a search for the highest rate. */
    @CheckReturnValue
    public static RateSearchAssert assertThat(RateSearch actual) {
        return new RateSearchAssert(actual);
    }

    /** {@link #assertThat(BenchmarkResult)} for tests written as given, when, then. */
    @CheckReturnValue
    public static BenchmarkResultAssert then(BenchmarkResult actual) {
        return assertThat(actual);
    }

    /**
     * So many hundredths.
     *
     * @param value 0 or more
     */
    public static Percentage percent(double value) {
        return Percentage.withPercentage(value);
    }

    /**
     * So many output tokens per second.
     *
     * @param value 0 or more
     */
    public static Rate tokensPerSecond(double value) {
        return new Rate(value);
    }

    /**
     * So many requests per second.
     *
     * @param value 0 or more
     */
    public static RequestRate requestsPerSecond(double value) {
        return new RequestRate(value);
    }
}
