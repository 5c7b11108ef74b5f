package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleTest {

    /** Mean 5, sum of squared deviations 32. */
    private static final Sample TEXTBOOK = Sample.of(2, 4, 4, 4, 5, 5, 7, 9);

    @Test
    void knowsItsMoments() {
        assertThat(TEXTBOOK.size()).isEqualTo(8);
        assertThat(TEXTBOOK.mean()).isEqualTo(5);
        assertThat(TEXTBOOK.standardDeviation()).isCloseTo(Math.sqrt(32.0 / 7), within(1e-12));
        assertThat(TEXTBOOK.min()).isEqualTo(2);
        assertThat(TEXTBOOK.max()).isEqualTo(9);
    }

    /** {@code numpy.percentile([15, 20, 35, 40, 50], …)}. */
    @ParameterizedTest
    @CsvSource({"0, 15", "0.05, 16", "0.25, 20", "0.3, 23", "0.4, 29", "0.5, 35", "0.95, 48", "1, 50"})
    void quantilesAreNumPys(double q, double expected) {
        assertThat(Sample.of(50, 15, 40, 20, 35).quantile(q)).isCloseTo(expected, within(1e-12));
    }

    @Test
    void keepsItsValuesWhenTheArrayChanges() {
        double[] values = {3, 1, 2};
        Sample sample = Sample.of(values);
        values[0] = 100;

        assertThat(values).containsExactly(100, 1, 2);
        assertThat(sample.quantile(0.5)).isEqualTo(2);
        assertThat(sample.max()).isEqualTo(3);
    }

    @Test
    void supportsWhatItIsLargeEnoughFor() {
        assertThat(upTo(35).supports(0.9, 0.95)).isFalse();
        assertThat(upTo(36).supports(0.9, 0.95)).isTrue();
        assertThat(upTo(36).supports(0.9, 0.99)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0.5, 6", "0.9, 36", "0.95, 72", "0.99, 368"})
    void twoSidedIntervalNeedsMoreValues(double q, int size) {
        assertThat(Sample.smallestSizeFor(q, 0.95)).isEqualTo(size);
        assertThat(upTo(size - 1).quantileInterval(q, 0.95)).isEmpty();
        assertThat(upTo(size).quantileInterval(q, 0.95)).isPresent();
    }

    /** Of B(16, 0.75): P(B <= 8) = 0.027, P(B <= 9) = 0.080, P(B <= 14) = 0.937, P(B <= 15) = 0.990. */
    @Test
    void quantileIntervalLiesBetweenOrderStatistics() {
        assertThat(upTo(16).quantileInterval(0.75, 0.9)).contains(new Interval(9, 16, 0.9));
        assertThat(upTo(10).quantileInterval(0.5, 0.95)).contains(new Interval(2, 9, 0.95));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.75, 0.9})
    void quantileIntervalCoversAtLeastItsConfidence(double q) {
        int n = 100;
        Interval interval = upTo(n).quantileInterval(q, 0.95).orElseThrow();
        BinomialDistribution below = BinomialDistribution.of(n, q);

        double coverage = below.cumulativeProbability((int) interval.high() - 1)
                - below.cumulativeProbability((int) interval.low() - 1);

        assertThat(coverage).isBetween(0.95, 0.98);
    }

    /** t(7, 97.5 %) = 2.3646. */
    @Test
    void meanIntervalIsStudents() {
        double margin = 2.364624 * Math.sqrt(32.0 / 7 / 8);
        Interval interval = TEXTBOOK.meanInterval(0.95).orElseThrow();

        assertThat(interval.low()).isCloseTo(5 - margin, within(1e-5));
        assertThat(interval.high()).isCloseTo(5 + margin, within(1e-5));
        assertThat(Sample.of(5).meanInterval(0.95)).isEmpty();
    }

    @Test
    void rejectsWhatIsNoSample() {
        assertThatIllegalArgumentException()
                .isThrownBy(Sample::of)
                .withMessage("a sample of no values has no statistics; give at least one value");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sample.of(1, Double.NaN))
                .withMessage("a sample holds the value NaN; every value must be finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sample.smallestSizeFor(1, 0.95))
                .withMessage("quantile is 1.0; it must lie between 0 and 1, both excluded");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sample.smallestSizeFor(0, 0.95))
                .withMessage("quantile is 0.0; it must lie between 0 and 1, both excluded");
    }

    @Test
    void rejectsWhatIsNoConfidence() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upTo(9).quantileInterval(1.5, 0.95))
                .withMessage("quantile is 1.5; it must lie between 0 and 1, both excluded");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upTo(9).quantileInterval(0.5, 95))
                .withMessage("confidence is 95.0; it must lie between 0 and 1, both excluded");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sample.of(1).meanInterval(95))
                .withMessage("confidence is 95.0; it must lie between 0 and 1, both excluded");
    }

    @Test
    void twoValuesHaveAMeanInterval() {
        assertThat(Sample.of(1, 3).meanInterval(0.95)).isPresent();
    }

    @Test
    void anIntervalHoldsItsEnds() {
        Interval interval = new Interval(1, 2, 0.95);

        assertThat(interval.contains(1)).isTrue();
        assertThat(interval.contains(2)).isTrue();
        assertThat(interval.contains(Math.nextDown(1.0))).isFalse();
        assertThat(interval.contains(Math.nextUp(2.0))).isFalse();
    }

    private static Sample upTo(int n) {
        return Sample.of(IntStream.rangeClosed(1, n).asDoubleStream().toArray());
    }
}
