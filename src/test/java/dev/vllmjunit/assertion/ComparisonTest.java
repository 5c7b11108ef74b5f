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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final String COLD = Conditions.COLD;
    private static final String WARM = Conditions.WARM;

    private final BenchmarkResult cold = Results.cold().build();
    private final BenchmarkResult warm = Results.warm().build();

    /** 400 to 600 ms. */
    private final BenchmarkResult spread = Results.warm()
            .ttft(Stream.iterate(400.0, t -> t + 10)
                    .limit(21)
                    .mapToDouble(t -> t)
                    .toArray())
            .build();

    @Test
    void pass() {
        assertThat(warm).timeToFirstToken().mean().isAtLeast(3.6, TIMES).fasterThan(cold);
        assertThat(warm).timeToFirstToken().p50().isFasterThan(cold);
        assertThat(warm).throughput().isAtLeast(2.6, TIMES).higherThan(cold);
        assertThat(warm).throughput().isHigherThan(cold);
    }

    @Test
    void goOnWithTheSameFigure() {
        assertThat(warm)
                .timeToFirstToken()
                .mean()
                .isFasterThan(cold)
                .isAtLeast(3.6, TIMES)
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
        assertThat(failure(() -> assertThat(spread)
                        .timeToFirstToken()
                        .mean()
                        .isAtLeast(5, TIMES)
                        .fasterThan(cold)))
                .hasMessage(
                        """

                        Expecting mean time to first token:
                          500 ms (modelled)
                        to be at least 5 times faster than:
                          2 s (modelled)
                        but it is 4 times as fast
                          95 % interval: 3.44x to 4.66x, independent documents, bootstrap; Mann-Whitney p < 0.001, \
                        Cliff's delta 1; 10 % wider either way, since single runs do not tell how much runs differ
                          samples: 21 requests against 30 requests"""
                                + WARM + COLD.replace("measured under", "compared with"));
    }

    @Test
    void failWhenNotFaster() {
        assertThat(failure(() -> assertThat(cold).timeToFirstToken().p50().isFasterThan(warm)))
                .hasMessage(
                        """

                        Expecting p50 time to first token:
                          2 s (modelled)
                        to be faster than:
                          500 ms (modelled)
                        but it is 0.25 times as fast
                          95 % interval: 0.227x to 0.275x, the order statistics of both, each at 97.5 %; 10 % wider either way, since single runs do not tell how much runs differ
                          samples: 30 requests against 30 requests"""
                                + COLD + WARM.replace("measured under", "compared with"));
    }

    @Test
    void failWithBothThroughputs() {
        assertThat(failure(() ->
                        assertThat(warm).throughput().isAtLeast(3.5, TIMES).higherThan(cold)))
                .hasMessage(
                        """

                        Expecting throughput:
                          20 tokens/s (modelled)
                        to be at least 3.5 times higher than:
                          6.96 tokens/s (modelled)
                        but it is 2.88 times as high
                          95 % interval: 2.61x to 3.16x, 10 % wider either way, since single runs do not tell how much runs differ
                          samples: 30 requests against 30 requests"""
                                + WARM + COLD.replace("measured under", "compared with"));
    }

    /** Ten documents, of which each is answered four times as fast, give or take: what differs between documents drops out. */
    @Test
    void pairWhatWasAskedOfTheSameDocuments() {
        BenchmarkResult slow = ofTenDocuments(1_000, 400);
        BenchmarkResult swift = ofTenDocuments(250, 100);

        assertThat(swift).timeToFirstToken().mean().isAtLeast(3.6, TIMES).fasterThan(slow);
        assertThat(failure(() -> assertThat(swift)
                        .timeToFirstToken()
                        .mean()
                        .isAtLeast(4.5, TIMES)
                        .fasterThan(slow)))
                .hasMessage(
                        """

                        Expecting mean time to first token:
                          700 ms (modelled)
                        to be at least 4.5 times faster than:
                          2.8 s (modelled)
                        but it is 4 times as fast
                          95 % interval: 3.64x to 4.4x, paired by 10 documents, bootstrap; Wilcoxon signed-rank p = 0.00195, \
                        rank-biserial correlation 1; 10 % wider either way, since single runs do not tell how much runs differ
                          samples: 20 requests against 20 requests"""
                                + COLD + COLD.replace("measured under", "compared with"));
    }

    @Test
    void areInconclusiveWhereTheIntervalLeavesItOpen() {
        assertThat(failure(() -> assertThat(spread)
                        .timeToFirstToken()
                        .mean()
                        .isAtLeast(3.9, TIMES)
                        .fasterThan(cold)))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage(
                        """
                        INVALID (INCONCLUSIVE): mean time to first token of 500 ms (modelled) was asked to be at least 3.9 \
                        times faster than 2 s (modelled); it is 4 times as fast, and the ratio's 95 % interval leaves it open; \
                        about 31 more repetitions would probably decide
                          95 % interval: 3.44x to 4.66x, independent documents, bootstrap; Mann-Whitney p < 0.001, \
                        Cliff's delta 1; 10 % wider either way, since single runs do not tell how much runs differ
                          samples: 21 requests against 30 requests"""
                                + WARM + COLD.replace("measured under", "compared with"));
        assertThat(spread)
                .withConfidence(0.5)
                .timeToFirstToken()
                .mean()
                .isAtLeast(3.5, TIMES)
                .fasterThan(cold);
    }

    @Test
    void ofPercentilesHoldWhateverBothIntervalsAllow() {
        assertThat(spread).timeToFirstToken().p50().isAtLeast(3.2, TIMES).fasterThan(cold);
        assertThat(failure(() -> assertThat(spread)
                        .timeToFirstToken()
                        .p50()
                        .isAtLeast(4, TIMES)
                        .fasterThan(cold)))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage(
                        """
                        INVALID (INCONCLUSIVE): p50 time to first token of 500 ms (modelled) was asked to be at least 4 \
                        times faster than 2 s (modelled); it is 4 times as fast, and the ratio's 95 % interval leaves it open; \
                        no number of repetitions would decide, for the value lies on the bound
                          95 % interval: 3.25x to 5x, the order statistics of both, each at 97.5 %; 10 % wider either way, since single runs do not tell how much runs differ
                          samples: 21 requests against 30 requests"""
                                + WARM + COLD.replace("measured under", "compared with"));
    }

    @Test
    void ofPercentilesNeedEnoughForBothIntervals() {
        BenchmarkResult six = Results.cold().ttft(Results.constant(6, 100)).build();

        assertThat(six).timeToFirstToken().p50().isLessThan(Duration.ofSeconds(1));
        assertThat(failure(() -> assertThat(six).timeToFirstToken().p50().isFasterThan(cold)))
                .hasMessage("INVALID (TOO_FEW_SAMPLES): p50 time to first token was asked of 6 requests, but needs 7 or"
                        + " more; send more requests (documents, repeat)" + COLD);
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

    private static BenchmarkResult ofTenDocuments(double base, double step) {
        return Results.cold()
                .documents(10)
                .ttft(IntStream.range(0, 20)
                        .mapToDouble(i -> base + step * (i % 10))
                        .toArray())
                .build();
    }

    private static Throwable failure(ThrowingCallable assertion) {
        return catchThrowable(assertion);
    }
}
