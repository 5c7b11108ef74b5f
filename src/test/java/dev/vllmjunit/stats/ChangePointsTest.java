package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

class ChangePointsTest {

    /** MongoDB's {@code e_divisive(series, pvalue=0.05, permutations=999)} of signal-processing-algorithms gives 14 and 8. */
    private static final double[] TWO_STEPS = {
        10.2, 9.8, 10.1, 10.4, 9.9, 10.0, 10.3, 9.7, 12.1, 11.8, 12.3, 12.0, 11.9, 12.2, 8.0, 8.3, 7.9, 8.1, 8.2, 7.8
    };

    @Test
    void findsTwoSteps() {
        List<ChangePoint> changes = ChangePoints.find(TWO_STEPS, 0.05, 1);

        assertThat(changes).extracting(ChangePoint::index).containsExactly(8, 14);
        assertThat(changes.get(0).before()).isCloseTo(10.05, within(1e-9));
        assertThat(changes.get(0).after()).isCloseTo(12.05, within(1e-9));
        assertThat(changes.get(1).before()).isCloseTo(12.05, within(1e-9));
        assertThat(changes.get(1).after()).isCloseTo(8.05, within(1e-9));
        assertThat(changes).allSatisfy(change -> assertThat(change.pValue()).isBetween(0.001, 0.01));
    }

    @Test
    void theSameSeedGivesTheSameResult() {
        assertThat(ChangePoints.find(TWO_STEPS, 0.05, 3)).isEqualTo(ChangePoints.find(TWO_STEPS, 0.05, 3));
    }

    @Test
    void findsAStepOfThreeDeviationsWhereItIs() {
        Random random = new Random(11);
        long found = IntStream.range(0, 50)
                .mapToObj(i -> ChangePoints.find(withStep(30, 12, 3, random), 0.05, i))
                .filter(changes -> changes.stream().anyMatch(change -> Math.abs(change.index() - 12) <= 1))
                .count();

        assertThat(found).isGreaterThanOrEqualTo(46);
    }

    /** The number found is a draw from at most B(200, 0.05): its 99.9 % quantile is the bound. */
    @Test
    void whiteNoiseHasAChangeNoMoreOftenThanTheSignificanceSays() {
        Random random = new Random(12);
        long found = IntStream.range(0, 200)
                .filter(i ->
                        !ChangePoints.find(withStep(20, 0, 0, random), 0.05, i).isEmpty())
                .count();

        BinomialDistribution chance = BinomialDistribution.of(200, 0.05);
        assertThat(found).isBetween((long) chance.inverseCumulativeProbability(0.001), (long)
                chance.inverseCumulativeProbability(0.999));
    }

    @Test
    void equalValuesDoNotChange() {
        assertThat(ChangePoints.find(new double[40], 0.05, 1)).isEmpty();
    }

    @Test
    void fewValuesHaveNoChange() {
        assertThat(ChangePoints.find(new double[0], 0.5, 1)).isEmpty();
        assertThat(ChangePoints.find(new double[] {1, 1, 1, 9, 9}, 0.5, 1)).isEmpty();
    }

    /** Of the 20 ways to choose three of six values, two part them as well: p is about 0.1. */
    @Test
    void sixValuesMayChange() {
        double[] six = {1, 1, 1, 9, 9, 9};

        assertThat(ChangePoints.find(six, 0.15, 1)).singleElement().satisfies(change -> {
            assertThat(change.index()).isEqualTo(3);
            assertThat(change.pValue()).isCloseTo(0.1, within(0.03));
        });
        assertThat(ChangePoints.find(six, 0.05, 1)).isEmpty();
    }

    @Test
    void aPValueEqualToTheSignificanceIsAChange() {
        double[] six = {1, 1, 1, 9, 9, 9};
        double pValue = ChangePoints.find(six, 0.5, 1).get(0).pValue();

        assertThat(ChangePoints.find(six, pValue, 1)).hasSize(1);
        assertThat(ChangePoints.find(six, Math.nextDown(pValue), 1)).isEmpty();
    }

    /** By hand: 1.5 (2 · 1 - 0 - 0) = 3 and 1.5 (2 · 9 - 2 - 6) = 15. */
    @Test
    void aSplitIsScoredByEnergyDistance() {
        assertThat(EnergySplit.best(new double[] {0, 0, 0, 1, 1, 1}, 0, 6)).contains(new EnergySplit(3, 3));
        assertThat(EnergySplit.best(new double[] {1, 2, 4, 7, 11, 16}, 0, 6)).contains(new EnergySplit(3, 15));
        assertThat(EnergySplit.best(new double[] {5, 1, 2, 4, 7, 11, 16, 0}, 1, 7))
                .contains(new EnergySplit(3 + 1, 15));
    }

    /** {@code m * n / (m + n) * (2 * d(x, y) / m / n - d(x, x) / m / (m - 1) - d(y, y) / n / (n - 1))} in NumPy. */
    @Test
    void theBestSplitIsTaken() {
        EnergySplit best = EnergySplit.best(TWO_STEPS, 0, 20).orElseThrow();

        assertThat(best.index()).isEqualTo(14);
        assertThat(best.statistic()).isCloseTo(18.04, within(1e-9));
        EnergySplit last = EnergySplit.best(TWO_STEPS, 0, 17).orElseThrow();
        assertThat(last.index()).isEqualTo(14);
    }

    @Test
    void rejectsWhatIsNoSeries() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChangePoints.find(new double[] {1, Double.NaN}, 0.05, 1))
                .withMessage("a series holds the value NaN; every value must be finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChangePoints.find(TWO_STEPS, 5, 1))
                .withMessage("significance is 5.0; it must lie between 0 and 1, both excluded");
    }

    private static double[] withStep(int n, int at, double height, Random random) {
        return IntStream.range(0, n)
                .mapToDouble(i -> random.nextGaussian() + (i < at ? 0 : height))
                .toArray();
    }
}
