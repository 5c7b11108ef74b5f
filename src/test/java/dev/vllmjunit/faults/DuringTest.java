package dev.vllmjunit.faults;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class DuringTest {

    @Test
    void keepsItsStepsInOrderAndChangesNoEarlierOne() {
        During one = During.after(ofSeconds(1), faults -> {});
        During two = one.andAfter(ofSeconds(1), faults -> {});

        assertThat(one.steps()).hasSize(1);
        assertThat(two.steps()).extracting(During.Step::at).containsExactly(ofSeconds(1), ofSeconds(1));
        assertThat(During.nothing().steps()).isEmpty();
    }

    @Test
    void refusesAStepBeforeTheStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> During.after(ofSeconds(-1), faults -> {}))
                .withMessage("a step is at PT-1S, but cannot be before PT0S, the first intended start");
    }

    @Test
    void refusesAStepBeforeTheOneBeforeIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> During.after(ofSeconds(2), faults -> {}).andAfter(ofSeconds(1), faults -> {}))
                .withMessage(
                        "a step is at PT1S, but cannot be before PT2S, when the step before it is; write them in order");
    }
}
