package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.SoftAssertionsProvider;

/**
 * Adds assertions of a {@link BenchmarkResult} to AssertJ's soft assertions; mix it into your own provider, or take
 * {@link PerformanceSoftAssertions}. What is INVALID is thrown at once rather than collected: it leaves nothing to decide.
 */
public interface PerformanceSoftAssertionsProvider extends SoftAssertionsProvider {

    /** Begins a soft assertion of a result. */
    @CheckReturnValue
    default BenchmarkResultAssert assertThat(BenchmarkResult actual) {
        return proxy(BenchmarkResultAssert.class, BenchmarkResult.class, actual).collectingInto(this);
    }

    /** {@link #assertThat(BenchmarkResult)} for tests written as given, when, then. */
    @CheckReturnValue
    default BenchmarkResultAssert then(BenchmarkResult actual) {
        return assertThat(actual);
    }
}
