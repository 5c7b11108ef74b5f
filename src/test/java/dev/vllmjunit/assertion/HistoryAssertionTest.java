package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.history.Measure;
import dev.vllmjunit.history.Past;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryAssertionTest {

    private final Past past;

    HistoryAssertionTest(@TempDir Path directory) {
        this.past = Past.in(directory);
    }

    @Test
    void passesWithinTheNoise() {
        past.nights(10, 500);

        assertThat(past.tonight(510)).hasNotRegressedFrom(past.baseline());
    }

    @Test
    void passesWhenItIsBetter() {
        past.nights(10, 500);

        assertThat(past.tonight(300)).hasNotRegressedFrom(past.baseline());
    }

    @Test
    void failsSayingSinceWhen() {
        past.nights(10, 500).nights(3, 600);
        BenchmarkResult slow = past.tonight(600);

        assertThat(catchThrowable(() -> assertThat(slow).hasNotRegressedFrom(past.baseline())))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        """

                        Expecting:
                          mean time to first token: 623 ms (modelled)
                            since 2026-03-11T02:00:00Z: from 499 ms to 605 ms, 21.2 % slower
                            noise: 2.1 % of the level, over 14 results
                          p50 time to first token: 623 ms (modelled)
                            since 2026-03-11T02:00:00Z: from 499 ms to 605 ms, 21.2 % slower
                            noise: 2.1 % of the level, over 14 results
                          throughput: 17.3 tokens/s (modelled)
                            since 2026-03-11T02:00:00Z: from 20 tokens/s to 17.7 tokens/s, 13.2 % lower
                            noise: 1.36 % of the level, over 14 results
                        not to have regressed from the beginning of its history; if the new level is as it should be, accept \
                        it with dev.vllmjunit.AcceptBaseline
                          fingerprint: """
                                + " " + folder(slow) + Conditions.WARM);
    }

    @Test
    void failsByTheFigureAskedForAlone() {
        past.nights(10, 500);
        BenchmarkResult slow = past.tonight(700);

        assertThat(slow).hasNotRegressedFrom(past.baseline().of(Measure.TPOT_MEAN, Measure.HIT_RATE));
        assertThat(catchThrowable(() ->
                        assertThat(slow).hasNotRegressedFrom(past.baseline().of(Measure.THROUGHPUT))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("throughput")
                .hasMessageNotContaining("time to first token");
    }

    @Test
    void passesOnceTheNewLevelIsAccepted() {
        past.nights(10, 500).nights(6, 600).accept("the model checks more");

        assertThat(past.tonight(600)).hasNotRegressedFrom(past.baseline());
        assertThat(catchThrowable(() -> assertThat(past.tonight(800)).hasNotRegressedFrom(past.baseline())))
                .hasMessageContaining("from the baseline accepted for results since 2026-03-11T02:00:00Z;");
    }

    @Test
    void waitsForTheLastRepetition() {
        past.nights(10, 500);
        BenchmarkResult slow = Repetitions.numbered(past.tonight(900), new Repetition(1, 2));

        assertThat(slow).hasNotRegressedFrom(past.baseline());
    }

    @Test
    void isInvalidWithTooFewResults() {
        past.nights(3, 500);

        assertThat(catchThrowable(() -> assertThat(past.tonight(500)).hasNotRegressedFrom(past.baseline())))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage(
                        "INVALID (TOO_FEW_SAMPLES): the history has 3 earlier valid results of this fingerprint, but"
                                + " needs 5 or more to tell a change from noise; run the test again, 2 times\n  fingerprint: "
                                + folder(past.tonight(500)));
    }

    @Test
    void isInvalidAfterAnUpgradeSayingWhatIsDifferent() {
        past.nights(10, 500).vllm("0.33.0");

        assertThat(catchThrowable(() -> assertThat(past.tonight(500)).hasNotRegressedFrom(past.baseline())))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage(
                        """
                        INVALID (NOT_COMPARABLE): no earlier result has the same fingerprint; this one's against the nearest \
                        in the history:
                          vLLM: 0.33.0 against 0.32.0
                        run the test 5 times under the new conditions, or go back to the old""");
    }

    @Test
    void isInvalidForAnInvalidResult() {
        past.nights(10, 500);
        BenchmarkResult untrusted = Results.warm()
                .problem(InvalidReason.REQUESTS_FAILED, "1 of 30 requests failed")
                .build();

        assertThat(catchThrowable(() -> assertThat(untrusted).hasNotRegressedFrom(past.baseline())))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage("INVALID (REQUESTS_FAILED): 1 of 30 requests failed" + Conditions.WARM);
    }

    private String folder(BenchmarkResult result) {
        return past.history().review(result, Measure.MAIN).fingerprint().folder();
    }
}
