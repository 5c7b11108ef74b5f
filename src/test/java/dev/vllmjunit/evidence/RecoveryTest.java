package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.Injection.Effect;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecoveryTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void beginsWithTheMendingAndEndsWithTheFirstAnswerAfterTheLastFailure() {
        BenchmarkResult run =
                FaultyRuns.of(20).cutAndHealed(2.5, 5.5).failing(3, 7, "cut").build();

        assertThat(Recovery.of(run).orElseThrow())
                .isEqualTo(new Recovery(5_500_000_000L, Optional.of(9 * SECOND), 20 * SECOND, 12));
    }

    @Test
    void ofARunThatNeverFailedEndsWithTheFirstAnswer() {
        BenchmarkResult run = FaultyRuns.of(20).cutAndHealed(2.5, 5.5).build();

        assertThat(Recovery.of(run).orElseThrow().recoveredNanos()).contains(6 * SECOND);
    }

    @Test
    void isNotThereYetWithFourAnswers() {
        BenchmarkResult run =
                FaultyRuns.of(20).cutAndHealed(2.5, 5.5).failing(15, 15, "late").build();

        assertThat(Recovery.of(run).orElseThrow())
                .isEqualTo(new Recovery(5_500_000_000L, Optional.empty(), 20 * SECOND, 4));
    }

    @Test
    void failuresBeforeTheMendingDoNotCount() {
        BenchmarkResult run =
                FaultyRuns.of(20).cutAndHealed(2.5, 5.5).failing(3, 4, "cut").build();

        assertThat(Recovery.of(run).orElseThrow().recoveredNanos()).contains(6 * SECOND);
    }

    @Test
    void isNoneWhereTheLastThingDoneIsAHarm() {
        assertThat(Recovery.of(FaultyRuns.of(20).build())).isEmpty();
        assertThat(Recovery.of(FaultyRuns.of(20)
                        .cutAndHealed(1, 2)
                        .at(3, "decode-0 killed", Effect.LOSS)
                        .build()))
                .isEmpty();
    }
}
