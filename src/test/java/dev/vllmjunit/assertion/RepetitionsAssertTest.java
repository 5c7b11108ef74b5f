package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.TIMES;
import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static dev.vllmjunit.assertion.PerformanceAssertions.tokensPerSecond;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Where a run was repeated three times or more, the repetitions tell how well a figure is known. */
class RepetitionsAssertTest {

    private static final String COLD = Conditions.COLD;

    private final BenchmarkResult five = repeated(1_000, 1_100, 1_200, 1_300, 1_400);

    @Test
    void aMeanIsKnownFromTheRepetitions() {
        assertThat(five).timeToFirstToken().mean().isBetween(Duration.ofMillis(1_003), Duration.ofMillis(1_397));
        assertThat(catchThrowable(
                        () -> assertThat(five).timeToFirstToken().mean().isLessThan(Duration.ofMillis(1_300))))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage(
                        """
                        INVALID (INCONCLUSIVE): mean time to first token was asked to be less than 1.3 s; it is 1.2 s (modelled), \
                        and its 95 % interval leaves it open; about 15 more repetitions would probably decide
                          95 % interval: 1 s to 1.4 s (modelled), Student's t over 5 repetitions
                          samples: 5 repetitions of 30 requests"""
                                + COLD);
        assertThat(catchThrowable(
                        () -> assertThat(five).timeToFirstToken().mean().isLessThan(Duration.ofMillis(1_000))))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        """

                        Expecting mean time to first token:
                          1.2 s (modelled)
                        to be less than:
                          1 s
                        but it is 200 ms more
                          95 % interval: 1 s to 1.4 s (modelled), Student's t over 5 repetitions
                          samples: 5 repetitions of 30 requests"""
                                + COLD);
    }

    @Test
    void aThroughputAndATotalTimeAreThoseOfOneRunAndKnownFromTheRepetitions() {
        BenchmarkResult one = repeated(1_200);

        assertThat(five).totalTime().isEqualTo(one.duration());
        assertThat(five).throughput().isAtLeast(tokensPerSecond(9));
        assertThat(catchThrowable(() -> assertThat(five).totalTime().isAtMost(one.duration())))
                .isInstanceOf(InvalidRunException.class)
                .hasMessageContaining("no number of repetitions would decide, for the value lies on the bound");
    }

    @Test
    void aGreatestValueAndAPercentileAreKnownFromTheRepetitions() {
        assertThat(five).timeToFirstToken().max().isBetween(Duration.ofMillis(1_003), Duration.ofMillis(1_397));
        assertThat(five).timeToFirstToken().p50().isBetween(Duration.ofMillis(1_003), Duration.ofMillis(1_397));
        assertThat(catchThrowable(
                        () -> assertThat(five).timeToFirstToken().p95().isLessThan(Duration.ofDays(1))))
                .hasMessage("INVALID (TOO_FEW_SAMPLES): p95 time to first token was asked of 30 requests, but needs 72"
                        + " or more; send more requests (documents, repeat), or assert p50, which 30 support" + COLD);
    }

    @Test
    void aCounterIsThatOfEachRepetition() {
        assertThat(five).computedTokens().isEqualTo(600_000L);
        assertThat(five).computeSavings().isEqualTo(percent(0));
        assertThat(catchThrowable(() -> assertThat(five).computedTokens().isLessThan(5L)))
                .hasMessage(
                        """

                        Expecting computed prompt tokens:
                          600,000 tokens
                        to be less than:
                          5 tokens
                        but it is 599,995 tokens more
                          95 % interval: 600,000 tokens to 600,000 tokens, Student's t over 5 repetitions
                          samples: 5 repetitions of 600,000 prompt tokens"""
                                + COLD);
    }

    @Test
    void twoRepetitionsAreOneLargerRun() {
        BenchmarkResult two = repeated(1_000, 1_200);

        assertThat(two).totalTime().isEqualTo(repeated(1_100).duration());
        assertThat(catchThrowable(
                        () -> assertThat(two).timeToFirstToken().mean().isLessThan(Duration.ofMillis(1))))
                .message()
                .contains("1.1 s to 1.1 s (modelled), bootstrap over 30 documents\n  samples: 60 requests");
    }

    @Test
    void comparisonsPairTheRepetitions() {
        BenchmarkResult halves = repeated(500, 550, 600, 650, 700);

        assertThat(halves).timeToFirstToken().mean().isAtLeast(1.99, TIMES).fasterThan(five);
        assertThat(halves).throughput().isHigherThan(five);
        assertThat(catchThrowable(() -> assertThat(halves)
                        .timeToFirstToken()
                        .mean()
                        .isAtLeast(2.5, TIMES)
                        .fasterThan(five)))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        """

                        Expecting mean time to first token:
                          600 ms (modelled)
                        to be at least 2.5 times faster than:
                          1.2 s (modelled)
                        but it is 2 times as fast
                          95 % interval: 2x to 2x, paired by 5 repetitions, Student's t; its p < 0.001, rank-biserial \
                        correlation 1
                          samples: 5 repetitions of 30 requests against 5 repetitions of 30 requests"""
                                + COLD + COLD.replace("measured under", "compared with"));
    }

    @Test
    void comparisonsOfUnequalNumbersOfRepetitionsPairNothing() {
        BenchmarkResult three = repeated(500, 600, 700);

        assertThat(catchThrowable(
                        () -> assertThat(three).throughput().isAtLeast(9, TIMES).higherThan(five)))
                .isInstanceOf(AssertionError.class)
                .message()
                .contains("independent repetitions, bootstrap; Mann-Whitney p = ", "Cliff's delta 1\n");
    }

    @Test
    void aSingleRunIsComparedWithRepetitionsByItsRequests() {
        assertThat(repeated(500)).timeToFirstToken().mean().isFasterThan(five);
        assertThat(catchThrowable(() -> assertThat(repeated(500))
                        .timeToFirstToken()
                        .mean()
                        .isAtLeast(9, TIMES)
                        .fasterThan(five)))
                .message()
                .contains("independent documents, bootstrap; ", "since single runs do not tell how much runs differ");
        assertThat(catchThrowable(() -> assertThat(repeated(500))
                        .throughput()
                        .isAtLeast(9, TIMES)
                        .higherThan(five)))
                .message()
                .contains("since single runs do not tell how much runs differ");
    }

    /** A run per value: 30 requests of that TTFT in milliseconds. */
    private static BenchmarkResult repeated(double... ttft) {
        return Repetitions.pool(Arrays.stream(ttft)
                .mapToObj(millis ->
                        Results.cold().ttft(Results.constant(30, millis)).build())
                .toList());
    }
}
