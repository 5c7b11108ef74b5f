package dev.vllmjunit.assertion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.stats.Interval;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a figure: the whole interval decides. */
class BoundsTest {

    private static final Map<String, Bounds> BOUNDS = Map.of(
            "below 10", Bounds.below(10),
            "at most 10", Bounds.atMost(10),
            "above 10", Bounds.above(10),
            "at least 10", Bounds.atLeast(10),
            "between 10 and 20", Bounds.between(10, 20));

    @ParameterizedTest
    @CsvSource({
        "below 10, 8, 9, PASS",
        "below 10, 8, 10, INVALID",
        "below 10, 10, 12, FAIL",
        "at most 10, 8, 10, PASS",
        "at most 10, 10, 12, INVALID",
        "at most 10, 11, 12, FAIL",
        "above 10, 11, 12, PASS",
        "above 10, 10, 12, INVALID",
        "above 10, 8, 10, FAIL",
        "at least 10, 10, 12, PASS",
        "at least 10, 8, 10, INVALID",
        "at least 10, 8, 9, FAIL",
        "between 10 and 20, 10, 20, PASS",
        "between 10 and 20, 9, 11, INVALID",
        "between 10 and 20, 19, 21, INVALID",
        "between 10 and 20, 8, 22, INVALID",
        "between 10 and 20, 8, 9, FAIL",
        "between 10 and 20, 21, 22, FAIL"
    })
    void judgeTheWholeInterval(String bounds, double low, double high, Verdict verdict) {
        assertThat(bounds(bounds).verdict(figure((low + high) / 2, low, high))).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource({
        "below 10, 10, FAIL",
        "at most 10, 10, PASS",
        "above 10, 10, FAIL",
        "at least 10, 10, PASS",
        "between 10 and 20, 20, PASS",
        "between 10 and 20, 21, FAIL"
    })
    void judgeAFigureWithoutAnIntervalByItsValue(String bounds, double value, Verdict verdict) {
        assertThat(bounds(bounds).verdict(Figure.of("x", value, Unit.TIMES, "")))
                .isEqualTo(verdict);
    }

    /** Four times the observations halve an interval. */
    @ParameterizedTest
    @CsvSource({
        "at most 10, 8, 4, 12, 31",
        "at most 10, 12, 8, 16, 31",
        "at least 10, 12, 8, 16, 31",
        "between 10 and 20, 14, 6, 22, 31",
        "between 10 and 20, 12, 4, 20, 151",
        "between 10 and 20, 24, 8, 32, 151",
        "between 10 and 20, 8, 4, 24, 631"
    })
    void sayHowManyMoreWouldProbablyDecide(String bounds, double value, double low, double high, long more) {
        Figure figure = figure(value, low, high);

        assertThat(bounds(bounds).missing(figure, figure.spread().orElseThrow()))
                .hasValue(more);
    }

    @Test
    void noNumberDecidesOfAValueOnTheBound() {
        Figure figure = figure(10, 8, 12);

        assertThat(Bounds.above(10).missing(figure, figure.spread().orElseThrow()))
                .isEqualTo(OptionalLong.empty());
    }

    private static Bounds bounds(String name) {
        return Optional.ofNullable(BOUNDS.get(name)).orElseThrow();
    }

    private static Figure figure(double value, double low, double high) {
        Spread spread = new Spread(new Interval(low, high, 0.95), 10, Spread.DOCUMENTS, "");
        return new Figure("x", value, Unit.TIMES, "", Optional.of(spread));
    }
}
