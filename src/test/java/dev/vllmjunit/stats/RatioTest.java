package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RatioTest {

    private static final Sample COLD = Sample.of(1_900, 2_000, 2_100);
    private static final Sample WARM = Sample.of(480, 500, 520);

    @Test
    void dividesTheMeans() {
        assertThat(Ratio.ofMeans(COLD, WARM, 0.95).value()).isEqualTo(4);
    }

    /** Relative standard errors 0.0288675 and 0.0230940, Welch's freedom 3.816, t = 2.829. */
    @Test
    void intervalFollowsTheDeltaMethod() {
        Interval interval = Ratio.ofMeans(COLD, WARM, 0.95).interval().orElseThrow();

        assertThat(Math.log(interval.high() / 4)).isCloseTo(0.1046, within(5e-4));
        assertThat(interval.low() * interval.high()).isCloseTo(16, within(1e-9));
    }

    @Test
    void intervalCoversTheTrueRatioAboutAsOftenAsItSays() {
        Random random = new Random(7);
        long covered = IntStream.range(0, 2_000)
                .filter(i -> Ratio.ofMeans(normal(random, 200), normal(random, 100), 0.95)
                        .interval()
                        .orElseThrow()
                        .contains(2))
                .count();

        assertThat(covered).isBetween(1_860L, 1_940L);
    }

    @Test
    void equalValuesLeaveNoDoubt() {
        assertThat(Ratio.ofMeans(Sample.of(2, 2), Sample.of(1, 1), 0.95).interval())
                .contains(new Interval(2, 2, 0.95));
    }

    @Test
    void aSingleValueHasNoInterval() {
        assertThat(Ratio.ofMeans(Sample.of(2), WARM, 0.95).interval()).isEmpty();
        assertThat(Ratio.ofMeans(WARM, Sample.of(2), 0.95).interval()).isEmpty();
        assertThat(Ratio.ofMeans(Sample.of(2, 4), Sample.of(1, 2), 0.95).interval())
                .isPresent();
    }

    @Test
    void needsPositiveMeans() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ratio.ofMeans(WARM, Sample.of(0, 0), 0.95))
                .withMessage("the denominator's mean is 0.0; a ratio needs positive means");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ratio.ofMeans(Sample.of(-1, 0), WARM, 0.95))
                .withMessage("the numerator's mean is -0.5; a ratio needs positive means");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ratio.ofMeans(Sample.of(1), WARM, 1))
                .withMessage("confidence is 1.0; it must lie between 0 and 1, both excluded");
    }

    private static Sample normal(Random random, double mean) {
        return Sample.of(DoubleStream.generate(() -> mean + 20 * random.nextGaussian())
                .limit(12)
                .toArray());
    }
}
