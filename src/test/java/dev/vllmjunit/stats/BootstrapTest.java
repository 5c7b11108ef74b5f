package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class BootstrapTest {

    private static final double[] VALUES = {1.2, 3.4, 0.8, 2.2, 9.5, 1.9, 2.7, 4.1, 0.6, 3.3, 1.1, 6.2, 2.4, 1.7, 5.0};

    /**
     * {@code scipy.stats.bootstrap((x,), numpy.mean, method='BCa', n_resamples=1_000_000, confidence_level=0.9735856537)}: the
     * level is {@code 1 - 2 * norm.cdf(-sqrt(15 / 14) * t.ppf(0.975, 14))}.
     */
    @Test
    void isSciPysBcaWithExpandedPercentiles() {
        Interval interval = Bootstrap.mean(VALUES, 0.95).orElseThrow();

        assertThat(interval.low()).isCloseTo(2.0733, within(0.04));
        assertThat(interval.high()).isCloseTo(4.8933, within(0.08));
        assertThat(interval.confidence()).isEqualTo(0.95);
    }

    /** The influences' acceleration, by the definition in NumPy: {@code (U**3).sum() / 6 / (U**2).sum()**1.5}. */
    @Test
    void leavingOneOutTellsAcceleration() {
        Stratum stratum = stratum(VALUES);
        Jackknife jackknife = Jackknife.of(List.of(stratum), sums(VALUES), totals -> totals[0] / totals[1]);

        assertThat(jackknife.acceleration()).isCloseTo(0.06086098179204192, within(1e-12));
        assertThat(jackknife.freedom()).isCloseTo(14, within(1e-9));
        assertThat(jackknife.error()).isCloseTo(Sample.of(VALUES).standardError(), within(1e-12));
        assertThat(jackknife.widening()).isCloseTo(Math.sqrt(15.0 / 14), within(1e-12));
    }

    /** Of two samples' ratio; the same computed in NumPy with all formulas written out. */
    @Test
    void leavingOneOutTellsAccelerationOfTwoSamples() {
        double[] others = {2.1, 1.4, 1.9, 0.9, 3.2, 1.1, 2.5, 1.6, 2.0, 1.3};
        double[] totals = DoubleStream.concat(Arrays.stream(sums(VALUES)), Arrays.stream(sums(others)))
                .toArray();
        Jackknife jackknife =
                Jackknife.of(List.of(stratum(VALUES), stratum(others)), totals, t -> t[0] / t[1] / (t[2] / t[3]));

        assertThat(jackknife.acceleration()).isCloseTo(0.031243944502790888, within(1e-12));
        assertThat(jackknife.freedom()).isCloseTo(21.939238195265816, within(1e-9));
        assertThat(jackknife.widening()).isCloseTo(1.040387862465519, within(1e-12));
    }

    /** t(1, 97.5 %) = 12.7062: the resamples of two values are three, and know nothing. */
    @Test
    void twoValuesHaveStudentsInterval() {
        Interval interval = Bootstrap.mean(new double[] {1, 3}, 0.95).orElseThrow();

        assertThat(interval.low()).isCloseTo(2 - 12.7062, within(1e-4));
        assertThat(interval.high()).isCloseTo(2 + 12.7062, within(1e-4));
    }

    /** t(8, 97.5 %) = 2.306, t(9) = 2.262; the standard errors are 1/3 and 1/sqrt(10) of the deviation. */
    @Test
    void nineValuesHoldStudentsIntervalButTenNeedNot() {
        double[] nine = {1, 1, 1, 1, 1, 1, 1, 1, 10};
        double[] ten = {1, 1, 1, 1, 1, 1, 1, 1, 1, 10};

        assertThat(Bootstrap.mean(nine, 0.95).orElseThrow().low()).isCloseTo(2 - 2.306, within(1e-3));
        assertThat(Bootstrap.mean(ten, 0.95).orElseThrow().low()).isEqualTo(1);
    }

    @Test
    void clustersAreResampledWhole() {
        double[][] pairs =
                Arrays.stream(VALUES).mapToObj(v -> new double[] {v, v}).toArray(double[][]::new);

        assertThat(Bootstrap.mean(pairs, 0.95)).isEqualTo(Bootstrap.mean(VALUES, 0.95));
    }

    @Test
    void theMeanIsOfAllValuesNotOfClusters() {
        double[][] clusters = {{1, 1, 1, 1, 1, 1, 1, 1, 1}, {11}};

        Interval interval = Bootstrap.mean(clusters, 0.95).orElseThrow();

        assertThat((interval.low() + interval.high()) / 2).isCloseTo(2, within(1e-9));
    }

    @Test
    void theOrderMakesNoDifference() {
        double[] sorted = VALUES.clone();
        Arrays.sort(sorted);

        Interval given = Bootstrap.mean(VALUES, 0.95).orElseThrow();
        Interval ordered = Bootstrap.mean(sorted, 0.95).orElseThrow();

        assertThat(given.low()).isCloseTo(ordered.low(), within(1e-12));
        assertThat(given.high()).isCloseTo(ordered.high(), within(1e-12));
    }

    @Test
    void theUnitMakesNoDifference() {
        Interval seconds = Bootstrap.mean(VALUES, 0.9).orElseThrow();
        Interval millis = Bootstrap.mean(
                        Arrays.stream(VALUES).map(v -> 1_000 * v + 500).toArray(), 0.9)
                .orElseThrow();

        assertThat(millis.low()).isCloseTo(1_000 * seconds.low() + 500, within(1e-6));
        assertThat(millis.high()).isCloseTo(1_000 * seconds.high() + 500, within(1e-6));
    }

    @Test
    void moreConfidenceIsAWiderInterval() {
        Interval ninety = Bootstrap.mean(VALUES, 0.9).orElseThrow();
        Interval ninetyNine = Bootstrap.mean(VALUES, 0.99).orElseThrow();

        assertThat(ninetyNine.low()).isLessThan(ninety.low());
        assertThat(ninetyNine.high()).isGreaterThan(ninety.high());
    }

    /** Where leaving one out moves the statistic so fast that the percentile has no end, it is the outermost resample. */
    @Test
    void anAccelerationWithoutEndStopsAtTheOutermostResample() {
        double[] outlier = new double[12];
        Arrays.fill(outlier, 1);
        outlier[11] = 1_001;

        Interval interval = Bootstrap.mean(outlier, 0.9999).orElseThrow();

        assertThat(interval.low()).isEqualTo(1);
        assertThat(interval.high()).isGreaterThan(400).isLessThan(1_001);
    }

    @Test
    void equalValuesLeaveNoDoubt() {
        assertThat(Bootstrap.mean(new double[] {0.1, 0.1, 0.1}, 0.95)).contains(new Interval(0.1, 0.1, 0.95));
        assertThat(Bootstrap.mean(new double[][] {{0.7, 0.7}, {0.7}}, 0.95)).contains(new Interval(0.7, 0.7, 0.95));
    }

    @Test
    void oneUnitTellsNothingOfOthers() {
        assertThat(Bootstrap.mean(new double[] {5}, 0.95)).isEmpty();
        assertThat(Bootstrap.mean(new double[][] {{5, 6, 7}}, 0.95)).isEmpty();
        assertThat(Bootstrap.mean(new double[0], 0.95)).isEmpty();
    }

    @Test
    void rejectsWhatHasNoMean() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Bootstrap.mean(new double[][] {{1}, {}}, 0.95))
                .withMessage("a cluster of no values has no statistics; give at least one value");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Bootstrap.mean(new double[] {1, Double.POSITIVE_INFINITY}, 0.95))
                .withMessage("a cluster holds the value Infinity; every value must be finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Bootstrap.mean(new double[] {1}, 95))
                .withMessage("confidence is 95.0; it must lie between 0 and 1, both excluded");
    }

    private static Stratum stratum(double[] values) {
        return Stratum.of(
                Arrays.stream(values).mapToObj(v -> new double[] {v, 1}).toArray(double[][]::new));
    }

    private static double[] sums(double[] values) {
        return new double[] {Arrays.stream(values).sum(), values.length};
    }
}
