package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.stats.Comparison.Method;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final double[] SLOW = {12.0, 15.5, 11.2, 19.8, 14.1, 13.3, 17.6, 16.0};
    private static final double[] FAST = {10.1, 14.0, 11.9, 15.2, 12.6, 13.9, 14.4, 13.1};

    /**
     * {@code scipy.stats.wilcoxon(a, b, correction=True, method='approx')}, as two pairs differ by 1.5: W+ = 33 of 36. The interval's inner ends are
     * {@code scipy.stats.bootstrap((a, b), ratio of means, paired=True, method='BCa', confidence_level=0.98852495896)}.
     */
    @Test
    void comparesPairs() {
        Comparison comparison = Comparison.paired(clusters(SLOW), clusters(FAST), 0.95);

        assertThat(comparison.ratio()).isCloseTo(119.5 / 105.2, within(1e-12));
        assertThat(comparison.pValue()).isCloseTo(0.04206273335676607, within(1e-9));
        assertThat(comparison.effectSize()).isCloseTo((33 - 3) / 36.0, within(1e-12));
        assertThat(comparison.method()).isEqualTo(Method.PAIRED);
        Interval interval = comparison.interval().orElseThrow();
        assertThat(interval.low()).isCloseTo(1.0160, within(0.015));
        assertThat(interval.high()).isCloseTo(1.2402, within(0.015));
    }

    /** {@code scipy.stats.wilcoxon(a, b, method='exact')}: W+ = 33 of 36, which 10 of the 256 choices of signs reach or pass. */
    @Test
    void pairsWithoutTiesAreTestedExactly() {
        double[] fast = FAST.clone();
        fast[1] = 13.9;

        Comparison comparison = Comparison.paired(clusters(SLOW), clusters(fast), 0.95);

        assertThat(comparison.pValue()).isCloseTo(10 / 256.0, within(1e-12));
    }

    /** {@code scipy.stats.wilcoxon(c, d, zero_method='pratt', correction=True, method='approx')}: W+ = 18, W- = 2. */
    @Test
    void pairsMayTie() {
        double[] c = {10, 12, 9, 14, 11, 16};
        double[] d = {10, 10, 10, 12, 8, 11};
        Comparison comparison = Comparison.paired(clusters(c), clusters(d), 0.95);

        assertThat(comparison.pValue()).isCloseTo(0.11284159236221894, within(1e-9));
        assertThat(comparison.effectSize()).isCloseTo(16.0 / 20, within(1e-12));
    }

    @Test
    void pairsOfClustersWeighEachValue() {
        Comparison comparison =
                Comparison.paired(new double[][] {{4, 4, 4}, {8}}, new double[][] {{2}, {1, 1, 1}}, 0.95);

        assertThat(comparison.ratio()).isCloseTo(5 / 1.25, within(1e-12));
        assertThat(comparison.effectSize()).isEqualTo(1);
    }

    @Test
    void aConstantRatioLeavesNoDoubt() {
        Interval interval = Comparison.paired(new double[][] {{2}, {4}, {6}}, new double[][] {{1}, {2}, {3}}, 0.95)
                .interval()
                .orElseThrow();

        assertThat(interval.low()).isCloseTo(2, within(1e-9));
        assertThat(interval.high()).isCloseTo(2, within(1e-9));
    }

    @Test
    void aPairHasNoInterval() {
        Comparison comparison = Comparison.paired(new double[][] {{2, 3}}, new double[][] {{1}}, 0.95);

        assertThat(comparison.ratio()).isEqualTo(2.5);
        assertThat(comparison.interval()).isEmpty();
        assertThat(comparison.pValue()).isEqualTo(1);
    }

    @Test
    void equalPairsDoNotDiffer() {
        Comparison comparison = Comparison.paired(clusters(SLOW), clusters(SLOW), 0.95);

        assertThat(comparison.ratio()).isEqualTo(1);
        assertThat(comparison.pValue()).isEqualTo(1);
        assertThat(comparison.effectSize()).isZero();
    }

    /**
     * {@code scipy.stats.mannwhitneyu(a, b, method='exact')}: U = 45 of 64, p = 0.19487179487. The interval of the other two
     * samples is {@code scipy.stats.bootstrap((x, y), ratio of means, method='BCa', confidence_level=0.96907)}.
     */
    @Test
    void comparesIndependentValues() {
        Comparison comparison = Comparison.independent(SLOW, FAST, 0.95);

        assertThat(comparison.ratio()).isCloseTo(119.5 / 105.2, within(1e-12));
        assertThat(comparison.pValue()).isCloseTo(0.19487179487179485, within(1e-9));
        assertThat(comparison.effectSize()).isCloseTo(2 * 45 / 64.0 - 1, within(1e-12));
        assertThat(comparison.method()).isEqualTo(Method.INDEPENDENT);
    }

    @Test
    void intervalOfManyResamplesIsSciPysBca() {
        double[] x = {1.2, 3.4, 0.8, 2.2, 9.5, 1.9, 2.7, 4.1, 0.6, 3.3, 1.1, 6.2, 2.4, 1.7, 5.0};
        double[] y = {2.1, 1.4, 1.9, 0.9, 3.2, 1.1, 2.5, 1.6, 2.0, 1.3};
        Interval interval =
                Comparison.independentMeans(x, y).interval(0.95, 500_000).orElseThrow();

        assertThat(interval.low()).isCloseTo(1.0703, within(0.01));
        assertThat(interval.high()).isCloseTo(2.8442, within(0.02));
    }

    /** Against a constant of 2: t(1, 97.5 %) = 12.7062 and t(9) = 2.2622, the relative standard errors are 1/2 and 0.9/1.9. */
    @Test
    void aRatioHoldsStudentsIntervalOfItsLogarithmWhateverTheNumberOfValues() {
        Interval two = Comparison.independent(new double[] {1, 3}, new double[] {2, 2}, 0.95)
                .interval()
                .orElseThrow();
        Interval ten = Comparison.independent(
                        new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 10}, new double[] {2, 2, 2}, 0.95)
                .interval()
                .orElseThrow();

        assertThat(two.low()).isCloseTo(Math.exp(-12.7062 / 2), within(1e-6));
        assertThat(two.high()).isCloseTo(Math.exp(12.7062 / 2), within(0.05));
        assertThat(ten.low()).isCloseTo(0.95 * Math.exp(-2.2622 * 0.9 / 1.9), within(1e-4));
        assertThat(ten.high()).isCloseTo(0.95 * Math.exp(2.2622 * 0.9 / 1.9), within(1e-3));
    }

    @Test
    void aSingleValueOfEitherSideLeavesNoInterval() {
        assertThat(Comparison.independent(SLOW, new double[] {1}, 0.95).interval())
                .isEmpty();
        assertThat(Comparison.independent(new double[] {1}, FAST, 0.95).interval())
                .isEmpty();
    }

    /** {@code scipy.stats.ttest_rel(log(n), log(m))}, its interval and the mean taken back by exp. */
    @Test
    void comparesRepetitions() {
        Comparison comparison = Comparison.repeated(
                new double[] {4.1, 4.4, 3.9, 4.6, 4.2}, new double[] {2.0, 2.3, 2.1, 2.1, 2.2}, 0.95);

        assertThat(comparison.ratio()).isCloseTo(1.9803312103018442, within(1e-12));
        assertThat(comparison.pValue()).isCloseTo(2.2086319082591114e-05, within(1e-12));
        assertThat(comparison.effectSize()).isEqualTo(1);
        assertThat(comparison.method()).isEqualTo(Method.REPEATED);
        Interval interval = comparison.interval().orElseThrow();
        assertThat(interval.low()).isCloseTo(1.82194215, within(1e-8));
        assertThat(interval.high()).isCloseTo(2.1524897, within(1e-7));
    }

    @Test
    void repetitionsThatAgreeLeaveNoDoubt() {
        Comparison twice = Comparison.repeated(new double[] {2, 4}, new double[] {1, 2}, 0.95);
        Comparison same = Comparison.repeated(new double[] {2, 4}, new double[] {2, 4}, 0.95);

        assertThat(twice.interval()).contains(new Interval(2, 2, 0.95));
        assertThat(twice.pValue()).isZero();
        assertThat(same.pValue()).isEqualTo(1);
        assertThat(same.effectSize()).isZero();
    }

    @Test
    void theOtherWayRoundIsTheInverse() {
        Comparison there = Comparison.repeated(SLOW, FAST, 0.95);
        Comparison back = Comparison.repeated(FAST, SLOW, 0.95);

        assertThat(there.ratio() * back.ratio()).isCloseTo(1, within(1e-12));
        assertThat(there.effectSize()).isEqualTo(-back.effectSize());
        assertThat(Comparison.independent(FAST, SLOW, 0.95).effectSize())
                .isEqualTo(-Comparison.independent(SLOW, FAST, 0.95).effectSize());
    }

    @Test
    void rejectsWhatCannotBeCompared() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.paired(clusters(SLOW), new double[][] {{1}}, 0.95))
                .withMessage(
                        "the numerator has 8 clusters and the denominator 1; they are compared one by one, so give as many"
                                + " of both");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.paired(new double[][] {{}}, new double[][] {{1}}, 0.95))
                .withMessage("a cluster of the numerator of no values has no statistics; give at least one value");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.paired(new double[0][], new double[0][], 0.95))
                .withMessage("the numerator of no values has no statistics; give at least one value");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.independent(SLOW, new double[] {1, 0}, 0.95))
                .withMessage("the denominator holds 0.0; a ratio needs positive values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.independent(new double[] {-1}, FAST, 0.95))
                .withMessage("the numerator holds -1.0; a ratio needs positive values");
    }

    @Test
    void rejectsWhatIsNotRepeated() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.repeated(new double[] {1}, new double[] {1}, 0.95))
                .withMessage("one repetition tells nothing of how repetitions differ; give at least two");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.repeated(new double[] {1, 2}, new double[] {1, 2, 3}, 0.95))
                .withMessage(
                        "the numerator has 2 repetitions and the denominator 3; they are compared one by one, so give as"
                                + " many of both");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.repeated(new double[] {1, 0}, new double[] {1, 2}, 0.95))
                .withMessage("the numerator holds 0.0; a ratio needs positive values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.repeated(new double[] {1, 2}, new double[] {1, -2}, 0.95))
                .withMessage("the denominator holds -2.0; a ratio needs positive values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.repeated(SLOW, FAST, 1))
                .withMessage("confidence is 1.0; it must lie between 0 and 1, both excluded");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.independent(SLOW, FAST, 0))
                .withMessage("confidence is 0.0; it must lie between 0 and 1, both excluded");
    }

    private static double[][] clusters(double[] values) {
        return Arrays.stream(values).mapToObj(value -> new double[] {value}).toArray(double[][]::new);
    }
}
