package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.TIMES;
import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.tokensPerSecond;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Results;
import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final String COLD = Conditions.COLD;
    private static final String WARM = Conditions.WARM;

    private final BenchmarkResult cold = Results.cold().build();
    private final BenchmarkResult warm = Results.warm().build();

    @Test
    void pass() {
        assertThat(warm).timeToFirstToken().mean().isAtLeast(4, TIMES).fasterThan(cold);
        assertThat(warm).timeToFirstToken().p90().isFasterThan(cold);
        assertThat(warm).throughput().isAtLeast(2.87, TIMES).higherThan(cold);
        assertThat(warm).throughput().isHigherThan(cold);
    }

    @Test
    void goOnWithTheSameFigure() {
        assertThat(warm)
                .timeToFirstToken()
                .mean()
                .isFasterThan(cold)
                .isAtLeast(4, TIMES)
                .fasterThan(cold)
                .isLessThan(Duration.ofSeconds(1));
        assertThat(warm)
                .throughput()
                .isHigherThan(cold)
                .isAtLeast(2, TIMES)
                .higherThan(cold)
                .isAtLeast(tokensPerSecond(19));
    }

    @Test
    void failWithBothTimes() {
        BenchmarkResult spread = Results.warm()
                .ttft(Stream.iterate(400.0, t -> t + 10)
                        .limit(21)
                        .mapToDouble(t -> t)
                        .toArray())
                .build();

        assertThat(failure(() -> assertThat(spread)
                        .timeToFirstToken()
                        .mean()
                        .isAtLeast(4.5, TIMES)
                        .fasterThan(cold)))
                .hasMessage(
                        """

                        Expecting mean time to first token:
                          500 ms (modelled)
                        to be at least 4.5 times faster than:
                          2 s (modelled)
                        but it is 4 times as fast (95 % interval 3.78 to 4.23)
                          samples: 21 requests against 30 requests"""
                                + WARM + COLD.replace("measured under", "compared with"));
    }

    @Test
    void failWhenNotFaster() {
        assertThat(failure(() -> assertThat(cold).timeToFirstToken().p50().isFasterThan(cold)))
                .hasMessage(
                        """

                        Expecting p50 time to first token:
                          2 s (modelled)
                        to be faster than:
                          2 s (modelled)
                        but it is 1 times as fast
                          samples: 30 requests against 30 requests"""
                                + COLD + COLD.replace("measured under", "compared with"));
    }

    @Test
    void failWithBothThroughputs() {
        assertThat(failure(
                        () -> assertThat(warm).throughput().isAtLeast(3, TIMES).higherThan(cold)))
                .hasMessage(
                        """

                        Expecting throughput:
                          20 tokens/s (modelled)
                        to be at least 3 times higher than:
                          6.96 tokens/s (modelled)
                        but it is 2.88 times as high
                          samples: 30 requests against 30 requests"""
                                + WARM + COLD.replace("measured under", "compared with"));
    }

    @Test
    void areInvalidAgainstAnInvalidResult() {
        BenchmarkResult untrusted = Results.cold()
                .problem(InvalidReason.REQUESTS_FAILED, "1 of 30 requests failed")
                .build();

        assertThat(failure(() -> assertThat(warm).timeToFirstToken().mean().isFasterThan(untrusted)))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage("INVALID (REQUESTS_FAILED): the result compared with: 1 of 30 requests failed" + COLD);
    }

    @Test
    void areInvalidUnderOtherConditions() {
        BenchmarkResult other = Results.cold()
                .tensorParallelism(2)
                .workload("1 document")
                .stack("attach", false)
                .build();

        assertThat(failure(() -> assertThat(warm).throughput().isHigherThan(other)))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage(
                        """
                        INVALID (NOT_COMPARABLE): the two results differ in more than their cache; run both under \
                        the same conditions
                          nodes: prefill-0 on ROCM TP8, blocks of 16, decode-0 on GAUDI TP8, blocks of 16 against \
                        prefill-0 on ROCM TP2, blocks of 16, decode-0 on GAUDI TP2, blocks of 16
                          workload: 10 documents x 20000 tokens, 3 rounds, random against 1 document
                          stack: embedded against attach
                          modelled: true against false""");
    }

    @Test
    void areInvalidBetweenModels() {
        BenchmarkResult other = Results.cold().model("other/model").build();

        assertThat(failure(() -> assertThat(warm).totalTime().isFasterThan(other)))
                .hasMessage(
                        "INVALID (NOT_COMPARABLE): the two results differ in more than their cache; run both under the"
                                + " same conditions\n  model: "
                                + warm.conditions().topology().model() + " against "
                                + other.conditions().topology().model());
    }

    @Test
    void needAPositiveFactor() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> assertThat(warm).throughput().isAtLeast(0, TIMES).higherThan(cold))
                .withMessage("the factor is 0.0; it must be greater than 0");
    }

    private static Throwable failure(ThrowingCallable assertion) {
        return catchThrowable(assertion);
    }
}
