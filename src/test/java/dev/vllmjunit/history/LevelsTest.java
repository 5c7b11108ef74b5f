package dev.vllmjunit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Simulated histories: how often a change is found where there is none, and where there is one. */
class LevelsTest {

    private static final int HISTORIES = 200;
    private static final double NOISE = 0.03;
    /** Of one of four figures. */
    private static final double SIGNIFICANCE = Review.SIGNIFICANCE / 4;

    @ParameterizedTest
    @ValueSource(ints = {6, 10, 30, 60})
    void aStationaryHistoryGetsWorseNoOftenerThanTheNominalRate(int length) {
        long alarms = count(seed -> steps(noisy(seed, length, length, 0), Review.SIGNIFICANCE).stream()
                .anyMatch(step -> step.after() > step.before()));

        // With three standard deviations of so many draws.
        double expected = Review.SIGNIFICANCE * HISTORIES;
        assertThat((double) alarms).isLessThanOrEqualTo(expected + 3 * Math.sqrt(expected));
    }

    @Test
    void aStepOfTenPercentInThreePercentNoiseIsFoundWithinFourResults() {
        long found = count(seed -> holdsAStepAt(20, steps(noisy(seed, 20, 24, 0.1), SIGNIFICANCE)));

        assertThat(found).isGreaterThanOrEqualTo(HISTORIES * 9 / 10);
    }

    @Test
    void aStepIsStillFoundThirtyResultsLater() {
        long found = count(seed -> holdsAStepAt(20, steps(noisy(seed, 20, 50, 0.1), SIGNIFICANCE)));

        assertThat(found).isGreaterThanOrEqualTo(HISTORIES * 9 / 10);
    }

    @Test
    void comparingWithYesterdayAloneWouldMissThatStep() {
        double bound = NormalDistribution.of(0, 1).inverseSurvivalProbability(SIGNIFICANCE) * NOISE * Math.sqrt(2);
        long found = count(seed -> {
            double[] values = noisy(seed, 20, 24, 0.1);
            return Math.log(values[23] / values[22]) > bound;
        });

        assertThat(found).isLessThan(HISTORIES / 10);
    }

    @Test
    void aSingleResultFarOffIsAStepOfItsOwn() {
        double[] values = noisy(1, 20, 21, 0.25);

        assertThat(steps(values, SIGNIFICANCE)).singleElement().satisfies(step -> {
            assertThat(step.index()).isEqualTo(20);
            assertThat(step.before()).isCloseTo(500, within(10.0));
            assertThat(step.after()).isCloseTo(values[20], within(1e-9));
        });
    }

    @Test
    void withoutNoiseAChangeByMoreThanAPercentIsAStepAndALesserOneIsNot() {
        assertThat(steps(constantThen(505.1), SIGNIFICANCE))
                .singleElement()
                .extracting(Trend.Step::index)
                .isEqualTo(10);
        assertThat(steps(constantThen(504.9), SIGNIFICANCE)).isEmpty();
    }

    @Test
    void aFallToNothingIsAStep() {
        assertThat(steps(constantThen(0), SIGNIFICANCE))
                .singleElement()
                .extracting(Trend.Step::after)
                .satisfies(after -> assertThat(after).isCloseTo(1e-4, within(1e-9)));
        assertThat(steps(new double[10], SIGNIFICANCE)).isEmpty();
    }

    @Test
    void noiseIsThatAroundTheLevels() {
        double[] values = noisy(7, 100, 200, 0.5);

        assertThat(Levels.of(values, SIGNIFICANCE).noise()).isCloseTo(NOISE, within(0.005));
        assertThat(Levels.single(values).noise()).isGreaterThan(0.15);
    }

    @Test
    void aWayUpAndBackAreTwoSteps() {
        double[] values = DoubleStream.concat(
                        DoubleStream.of(noisy(3, 15, 60, 0.3)), DoubleStream.of(noisy(4, 10, 10, 0)))
                .toArray();

        assertThat(steps(values, SIGNIFICANCE)).extracting(Trend.Step::index).containsExactly(15, 60);
    }

    private static boolean holdsAStepAt(int index, List<Trend.Step> steps) {
        return steps.stream().anyMatch(step -> Math.abs(step.index() - index) <= 3 && step.after() > step.before());
    }

    private static List<Trend.Step> steps(double[] values, double significance) {
        return Levels.of(values, significance).steps();
    }

    private static double[] constantThen(double last) {
        return DoubleStream.concat(DoubleStream.generate(() -> 500).limit(10), DoubleStream.of(last))
                .toArray();
    }

    /** Around 500, from a point on by a share more. */
    private static double[] noisy(long seed, int stepAt, int length, double step) {
        SplittableRandom random = new SplittableRandom(seed);
        NormalDistribution normal = NormalDistribution.of(0, NOISE);
        return IntStream.range(0, length)
                .mapToDouble(i -> 500
                        * (i < stepAt ? 1 : 1 + step)
                        * Math.exp(normal.inverseCumulativeProbability(random.nextDouble(1e-12, 1))))
                .toArray();
    }

    private static long count(LongPredicate holds) {
        return LongStream.range(0, HISTORIES).filter(holds).count();
    }
}
