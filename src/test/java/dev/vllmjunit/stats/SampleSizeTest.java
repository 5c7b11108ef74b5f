package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SampleSizeTest {

    private static final Interval INTERVAL = new Interval(80, 140, 0.95);

    /** The interval reaches 40 above the value: a bound 20 above takes four times the samples, and one more to leave it out. */
    @Test
    void halfTheReachTakesFourTimesTheSamples() {
        assertThat(SampleSize.toDecide(INTERVAL, 100, 120, 50)).hasValue(201);
        assertThat(SampleSize.toDecide(INTERVAL, 100, 90, 50)).hasValue(201);
        assertThat(SampleSize.toDecide(INTERVAL, 100, 85, 9)).hasValue(17);
    }

    @Test
    void anEndBelongsToTheInterval() {
        assertThat(SampleSize.toDecide(INTERVAL, 100, 140, 50)).hasValue(51);
        assertThat(SampleSize.toDecide(INTERVAL, 100, 80, 1)).hasValue(2);
    }

    @Test
    void whatIsDecidedTakesNoMore() {
        assertThat(SampleSize.toDecide(INTERVAL, 100, 141, 50)).hasValue(50);
        assertThat(SampleSize.toDecide(INTERVAL, 100, 79, 50)).hasValue(50);
    }

    @Test
    void aBoundAtTheValueIsNeverDecided() {
        assertThat(SampleSize.toDecide(INTERVAL, 100, 100, 50)).isEmpty();
    }

    @Test
    void aBoundCloseToTheValueTakesMoreThanCanBeCounted() {
        assertThat(SampleSize.toDecide(INTERVAL, 100, Math.nextUp(100.0), 50)).hasValue(Long.MAX_VALUE);
    }

    @Test
    void rejectsAnIntervalOfNoSamples() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SampleSize.toDecide(INTERVAL, 100, 120, 0))
                .withMessage("there are 0 samples; an interval is of at least 1");
    }
}
