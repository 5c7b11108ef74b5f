package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    /** The argument of the least {@code ((b[d:] - b[d:].mean())**2).sum() / (k - d)**2} of NumPy is 8 batches. */
    @Test
    void aDecayingTransientIsFound() {
        assertThat(WarmUp.length(decaying(120))).isEqualTo(40);
    }

    @Test
    void whatDoesNotFillABatchIsNotJudged() {
        assertThat(WarmUp.length(decaying(124))).isEqualTo(40);
    }

    @Test
    void withoutATransientNothingIsLeftOut() {
        Random random = new Random(5);
        int[] lengths = IntStream.range(0, 500)
                .map(i -> WarmUp.length(white(200, random)))
                .toArray();

        assertThat(Arrays.stream(lengths).filter(length -> length == 0).count()).isGreaterThan(470);
        assertThat(Arrays.stream(lengths).boxed()).allMatch(length -> length <= 100 && length % 5 == 0);
    }

    @Test
    void neverMoreThanHalfIsLeftOut() {
        double[] falling = IntStream.range(0, 100).mapToDouble(i -> -i).toArray();

        assertThat(WarmUp.length(falling)).isEqualTo(50);
    }

    @Test
    void equalValuesHaveNoTransient() {
        assertThat(WarmUp.length(new double[100])).isZero();
    }

    @Test
    void fewerThanFiftyValuesAreTooFew() {
        assertThat(WarmUp.length(decaying(49))).isZero();
        assertThat(WarmUp.length(decaying(50))).isPositive();
        assertThat(WarmUp.length(new double[0])).isZero();
    }

    @Test
    void rejectsWhatIsNotFinite() {
        double[] series = decaying(60);
        series[7] = Double.NaN;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> WarmUp.length(series))
                .withMessage("a series holds the value NaN; every value must be finite");
    }

    private static double[] decaying(int n) {
        return IntStream.range(0, n)
                .mapToDouble(i -> 50 * Math.exp(-i / 8.0) + 10 + ((i * 7919) % 13 - 6) / 6.0)
                .toArray();
    }

    private static double[] white(int n, Random random) {
        return random.doubles(n).map(u -> 100 + u).toArray();
    }
}
