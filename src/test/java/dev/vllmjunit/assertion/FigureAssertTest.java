package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static dev.vllmjunit.assertion.PerformanceAssertions.tokensPerSecond;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.evidence.Tier;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each assertion three ways: one it passes, one it fails with the whole message, one it calls INVALID. */
class FigureAssertTest {

    private static final String COLD = Conditions.COLD;

    private final BenchmarkResult cold = Results.cold().build();

    /** name of the figure, an assertion that passes, one that fails, what the failure says. */
    static Stream<Arguments> figures() {
        return Stream.of(
                row(
                        "throughput",
                        r -> r.throughput().isAtLeast(tokensPerSecond(6.9)),
                        r -> r.throughput().isAtLeast(tokensPerSecond(1_500)),
                        """

                        Expecting throughput:
                          6.96 tokens/s (modelled)
                        to be at least:
                          1,500 tokens/s
                        but it is 1,493 tokens/s less
                          samples: 30 requests"""),
                row(
                        "tokens computed by decode",
                        r -> r.tokensComputedByDecode().isEqualTo(0),
                        r -> r.tokensComputedByDecode().isEqualTo(7),
                        """

                        Expecting prompt tokens computed by the decode nodes:
                          0 tokens
                        to be equal to:
                          7 tokens
                        but it is 7 tokens less
                          samples: 600,000 prompt tokens"""),
                row(
                        "mean TTFT",
                        r -> r.timeToFirstToken().mean().isLessThan(Duration.ofMillis(2_001)),
                        r -> r.timeToFirstToken().mean().isLessThan(Duration.ofMillis(500)),
                        """

                        Expecting mean time to first token:
                          2 s (modelled)
                        to be less than:
                          500 ms
                        but it is 1.5 s more
                          95 % interval: 2 s to 2 s (modelled), bootstrap over 30 documents
                          samples: 30 requests"""),
                row(
                        "p50 TTFT",
                        r -> r.timeToFirstToken().p50().isAtMost(Duration.ofSeconds(2)),
                        r -> r.timeToFirstToken().p50().isAtMost(Duration.ofNanos(1_999_600_000)),
                        """

                        Expecting p50 time to first token:
                          2 s (modelled)
                        to be at most:
                          2 s
                        but it is 0.4 ms more
                          95 % interval: 2 s to 2 s (modelled), order statistics of 30 requests
                          samples: 30 requests"""),
                row(
                        "p90 ITL",
                        r -> r.interTokenLatency().p90().isGreaterThan(Duration.ofMillis(19)),
                        r -> r.interTokenLatency().p90().isGreaterThan(Duration.ofMillis(20)),
                        """

                        Expecting p90 inter-token latency:
                          20 ms (modelled)
                        to be greater than:
                          20 ms
                        but it is equal
                          95 % interval: 20 ms to 20 ms (modelled), order statistics of 450 gaps
                          samples: 450 gaps"""),
                row(
                        "maximum TTFT",
                        r -> r.timeToFirstToken().max().isCloseTo(Duration.ofMillis(2_100), percent(5)),
                        r -> r.timeToFirstToken().max().isCloseTo(Duration.ofMillis(2_500), percent(5)),
                        """

                        Expecting maximum time to first token:
                          2 s (modelled)
                        to be within 5 % of:
                          2.5 s
                        but it is 500 ms less
                          samples: 30 requests"""),
                row(
                        "TPOT",
                        r -> r.timePerOutputToken().mean().isAtMost(Duration.ofMillis(20)),
                        r -> r.timePerOutputToken().mean().isLessThanOrEqualTo(Duration.ofMillis(19)),
                        """

                        Expecting mean time per output token:
                          20 ms (modelled)
                        to be at most:
                          19 ms
                        but it is 1 ms more
                          95 % interval: 20 ms to 20 ms (modelled), bootstrap over 30 documents
                          samples: 30 requests"""),
                row(
                        "ITL",
                        r -> r.interTokenLatency().p99().isBetween(Duration.ofMillis(10), Duration.ofMillis(20)),
                        r -> r.interTokenLatency().p99().isBetween(Duration.ofMillis(10), Duration.ofMillis(15)),
                        """

                        Expecting p99 inter-token latency:
                          20 ms (modelled)
                        to be between:
                          10 ms and 15 ms
                        but it is 5 ms more than the upper bound
                          95 % interval: 20 ms to 20 ms (modelled), order statistics of 450 gaps
                          samples: 450 gaps"""),
                row(
                        "end to end",
                        r -> r.endToEnd().mean().isGreaterThanOrEqualTo(Duration.ofMillis(2_300)),
                        r -> r.endToEnd().mean().isGreaterThanOrEqualTo(Duration.ofMillis(2_301)),
                        """

                        Expecting mean end-to-end latency:
                          2.3 s (modelled)
                        to be at least:
                          2.3 s
                        but it is 1 ms less
                          95 % interval: 2.3 s to 2.3 s (modelled), bootstrap over 30 documents
                          samples: 30 requests"""),
                row(
                        "prefill time",
                        r -> r.prefillTime().p50().isAtMost(Duration.ofMillis(1_600)),
                        r -> r.prefillTime().p50().isAtMost(Duration.ofMillis(1_599)),
                        """

                        Expecting p50 prefill time:
                          1.6 s (modelled)
                        to be at most:
                          1.6 s
                        but it is 1 ms more
                          95 % interval: 1.6 s to 1.6 s (modelled), order statistics of 30 requests
                          samples: 30 requests"""),
                row(
                        "pull and first step",
                        r -> r.pullAndFirstStepTime().mean().isAtMost(Duration.ofMillis(400)),
                        r -> r.pullAndFirstStepTime().mean().isLessThan(Duration.ofMillis(400)),
                        """

                        Expecting mean time of pull and first step:
                          400 ms (modelled)
                        to be less than:
                          400 ms
                        but it is equal
                          95 % interval: 400 ms to 400 ms (modelled), bootstrap over 30 documents
                          samples: 30 requests"""),
                row(
                        "total time",
                        r -> r.totalTime().isBetween(Duration.ofMinutes(1), Duration.ofMinutes(2)),
                        r -> r.totalTime().isBetween(Duration.ofMinutes(2), Duration.ofMinutes(3)),
                        """

                        Expecting total time:
                          69 s (modelled)
                        to be between:
                          120 s and 180 s
                        but it is 51 s less than the lower bound
                          samples: 30 requests"""),
                row(
                        "cache hit rate",
                        r -> r.cacheHitRate().isAtMost(percent(0)),
                        r -> r.cacheHitRate().isBetween(percent(60), percent(100)),
                        """

                        Expecting cache hit rate of the prefill nodes:
                          0 %
                        to be between:
                          60 % and 100 %
                        but it is 60 percentage points less than the lower bound
                          samples: 600,000 prompt tokens"""),
                row(
                        "cache hit rate from S3",
                        r -> r.cacheHitRate().from(Tier.S3).isLessThan(percent(1)),
                        r -> r.cacheHitRate().from(Tier.S3).isGreaterThan(percent(12.5)),
                        """

                        Expecting cache hit rate of the prefill nodes from S3:
                          0 %
                        to be greater than:
                          12.5 %
                        but it is 12.5 percentage points less
                          samples: 600,000 prompt tokens"""),
                row(
                        "compute savings",
                        r -> r.computeSavings().isAtMost(percent(10)),
                        r -> r.computeSavings().isAtLeast(percent(60)),
                        """

                        Expecting compute savings:
                          0 %
                        to be at least:
                          60 %
                        but it is 60 percentage points less
                          samples: 600,000 prompt tokens"""),
                row(
                        "computed tokens",
                        r -> r.computedTokens().isAtMost(600_000L),
                        r -> r.computedTokens().isAtMost(222_000L),
                        """

                        Expecting computed prompt tokens:
                          600,000 tokens
                        to be at most:
                          222,000 tokens
                        but it is 378,000 tokens more
                          samples: 600,000 prompt tokens"""),
                row(
                        "transferred bytes",
                        r -> r.transfer().bytes().isAtLeast(196_608_000_000L),
                        r -> r.transfer().bytes().isAtLeast(196_608_000_001L),
                        """

                        Expecting bytes of KV cache transferred:
                          196,608,000,000 bytes
                        to be at least:
                          196,608,000,001 bytes
                        but it is 1 bytes less
                          samples: 30 transfers"""),
                row(
                        "transfers",
                        r -> r.transfer().count().isAtLeast(30L),
                        r -> r.transfer().count().isLessThan(30L),
                        """

                        Expecting number of KV transfers:
                          30 transfers
                        to be less than:
                          30 transfers
                        but it is equal
                          samples: 30 requests"""),
                row(
                        "transfer time",
                        r -> r.transfer().meanTime().isLessThan(Duration.ofMillis(165)),
                        r -> r.transfer().meanTime().isLessThan(Duration.ofMillis(10)),
                        """

                        Expecting mean time of a KV transfer:
                          164 ms (modelled)
                        to be less than:
                          10 ms
                        but it is 154 ms more
                          samples: 30 transfers"""));
    }

    private static Arguments row(
            String name, Consumer<BenchmarkResultAssert> holds, Consumer<BenchmarkResultAssert> fails, String message) {
        return Arguments.of(Named.of(name, holds), Named.of(name, fails), message);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("figures")
    void passes(Consumer<BenchmarkResultAssert> holds, Consumer<BenchmarkResultAssert> fails, String message) {
        holds.accept(assertThat(cold));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("figures")
    void fails(Consumer<BenchmarkResultAssert> holds, Consumer<BenchmarkResultAssert> fails, String message) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> fails.accept(assertThat(cold)))
                .withMessage(message + COLD);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("figures")
    void isInvalidRatherThanFailed(
            Consumer<BenchmarkResultAssert> holds, Consumer<BenchmarkResultAssert> fails, String message) {
        BenchmarkResult untrusted = Results.cold()
                .problem(InvalidReason.CACHE_STATE_NOT_REACHED, "EMPTY was asked for, but 5 tokens were found")
                .build();

        Stream.of(holds, fails).forEach(assertion -> assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> assertion.accept(assertThat(untrusted)))
                .withMessage("INVALID (CACHE_STATE_NOT_REACHED): EMPTY was asked for, but 5 tokens were found" + COLD));
    }

    /** 0.57 x 100 is less than 57 in binary. */
    @Test
    void doesNotLoseAShareToRounding() {
        assertThat(Results.cold().cached(0, 0, 0.57).build()).computeSavings().isAtLeast(percent(57));
    }

    @Test
    void theHitRateIsThatOfAllTiers() {
        BenchmarkResult mixed = Results.cold().cached(0.25, 0.5, 0.125).build();

        assertThat(mixed)
                .cacheHitRate()
                .isEqualTo(percent(87.5))
                .from(Tier.HOST)
                .isEqualTo(percent(50));
        assertThat(mixed).cacheHitRate().from(Tier.DEVICE).isEqualTo(percent(25));
        assertThat(mixed).cacheHitRate().from(Tier.S3).isEqualTo(percent(12.5));
    }

    @Test
    void goesOnWithTheSameFigureAndThenWithTheSameResult() {
        assertThat(cold)
                .computedTokens()
                .isEqualTo(600_000L)
                .isAtMost(600_000L)
                .isLessThanOrEqualTo(600_000L)
                .isGreaterThanOrEqualTo(600_000L)
                .isBetween(600_000L, 600_000L)
                .isCloseTo(500_000L, percent(20))
                .and()
                .transfer()
                .and()
                .timeToFirstToken()
                .and()
                .computeSavings()
                .isAtMost(percent(0));
    }

    @Test
    void bothBoundsBelongToWhatLiesBetween() {
        LatencyAssert itl = assertThat(cold).interTokenLatency();

        itl.p50().isBetween(Duration.ofMillis(20), Duration.ofMillis(21));
        itl.p50().isBetween(Duration.ofMillis(19), Duration.ofMillis(20));
        itl.p50().isBetween(Duration.ofMillis(20), Duration.ofMillis(20));
    }

    @Test
    void wantsTheLowerBoundFirst() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assertThat(cold).computeSavings().isBetween(percent(90), percent(60)))
                .withMessage("between 90% and 60% lies nothing; write the lower first");
    }

    @Test
    void isEqualToComparesTheFigureAndNothingElse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assertThat(cold).computeSavings().isEqualTo(60))
                .withMessage("60 is no Percentage, which is what this figure is compared with");
    }
}
