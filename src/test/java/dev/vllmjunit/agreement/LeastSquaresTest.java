package dev.vllmjunit.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LeastSquaresTest {

    private static final Offset<Double> EXACTLY = within(1e-9);

    @Test
    void findsTheTermsOfAnExactSum() {
        LeastSquares squares = new LeastSquares();
        for (int n = 1; n <= 5; n++) {
            squares.add(2 + 3 * n + 0.5 * n * n, 1, n, n * n);
        }

        assertThat(squares.fit(3)).containsExactly(new double[] {2, 3, 0.5}, EXACTLY);
    }

    @Test
    void leavesOutWhatWouldBeNegative() {
        LeastSquares squares = new LeastSquares();
        for (int n = 1; n <= 5; n++) {
            squares.add(10 * n - 0.1, 1, n);
        }

        double[] fitted = squares.fit(2);

        assertThat(fitted[0]).isZero();
        assertThat(fitted[1]).isBetween(9.9, 10.0);
    }

    @Test
    void weighsErrorsByTheValue() {
        double[] fitted = new LeastSquares().add(1, 1).add(1, 1).add(1_000, 1).fit(1);

        assertThat(fitted[0]).as("two in three say 1").isLessThan(2);
    }

    @Test
    void saysNothingFromNothing() {
        assertThat(new LeastSquares().add(-1, 1, 2).fit(2)).containsExactly(0, 0);
    }
}
