package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;

/** Values of Wilson's formula, worked out by hand. */
class ProportionTest {

    @Test
    void noneOfThirtyMayStillBeAnyUpToElevenPercent() {
        Interval interval = Proportion.interval(0, 30, 0.95);

        assertThat(interval.low()).isZero();
        // z^2 / (n + z^2) with z = 1.959964
        assertThat(interval.high()).isEqualTo(0.113513, offset(1e-5));
    }

    @Test
    void tenOfFifty() {
        Interval interval = Proportion.interval(10, 50, 0.95);

        assertThat(interval.low()).isEqualTo(0.112434, offset(1e-4));
        assertThat(interval.high()).isEqualTo(0.330370, offset(1e-4));
    }

    @Test
    void allOfThirtyMirrorsNoneOfThirty() {
        assertThat(Proportion.interval(30, 30, 0.95).low()).isEqualTo(1 - 0.113513, offset(1e-5));
        assertThat(Proportion.interval(30, 30, 0.95).high()).isEqualTo(1);
    }

    @Test
    void moreSuccessesThanTrialsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Proportion.interval(3, 2, 0.95));
    }
}
