package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Results;
import java.time.Duration;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an interval leaves open is neither passed nor failed. */
class FigureIntervalTest {

    private static final String COLD = Conditions.COLD;

    /** 1 to 3 s in eleven steps: 2 s give or take 440 ms. */
    private final BenchmarkResult spread = Results.cold()
            .ttft(1_000, 1_200, 1_400, 1_600, 1_800, 2_000, 2_200, 2_400, 2_600, 2_800, 3_000)
            .build();

    @ParameterizedTest
    @MethodSource("questions")
    void isInconclusiveWhereTheIntervalLeavesItOpen(Function<TimeAssert, TimeAssert> question, String asked) {
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() ->
                        question.apply(assertThat(spread).timeToFirstToken().mean()))
                .withMessage("INVALID (INCONCLUSIVE): mean time to first token was asked " + asked
                        + "; it is 2 s (modelled), and its 95 % interval leaves it open; about 199 more documents, or"
                        + " repetitions, would probably decide\n  95 % interval: 1.56 s to 2.44 s (modelled), bootstrap"
                        + " over 11 documents\n  samples: 11 requests" + COLD);
    }

    static Stream<Arguments> questions() {
        Duration low = Duration.ofMillis(1_900);
        Duration high = Duration.ofMillis(2_100);
        return Stream.of(
                question("to be less than 2.1 s", time -> time.isLessThan(high)),
                question("to be at most 1.9 s", time -> time.isAtMost(low)),
                question("to be greater than 1.9 s", time -> time.isGreaterThan(low)),
                question("to be at least 2.1 s", time -> time.isAtLeast(high)),
                question("to be between 1.9 s and 2.1 s", time -> time.isBetween(low, high)),
                question("to be within 5 % of 2 s", time -> time.isCloseTo(Duration.ofSeconds(2), percent(5))));
    }

    private static Arguments question(String asked, Function<TimeAssert, TimeAssert> question) {
        return Arguments.of(Named.of(asked, question), asked);
    }

    @Test
    void isJudgedWithTheConfidenceAskedFor() {
        assertThat(spread).withConfidence(0.9).timeToFirstToken().mean().isLessThan(Duration.ofMillis(2_400));
        assertThat(catchThrowable(() -> assertThat(spread)
                        .withConfidence(0.99)
                        .timeToFirstToken()
                        .mean()
                        .isLessThan(Duration.ofMillis(2_400))))
                .isInstanceOf(InvalidRunException.class)
                .hasMessageContaining(", and its 99 % interval leaves it open; ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assertThat(spread).withConfidence(95).throughput())
                .withMessage("the confidence is 95.0; it must lie between 0 and 1, both excluded, as in 0.99");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assertThat(spread).withConfidence(0).throughput());
    }
}
