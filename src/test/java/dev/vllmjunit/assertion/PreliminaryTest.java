package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.tokensPerSecond;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.topology.Expectation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Assertions on a result of a repetition that others will follow. */
class PreliminaryTest {

    private static final Duration TOO_SHORT = Duration.ofMillis(1);
    private static final Duration SHORTER = Duration.ofNanos(1);

    private final BenchmarkResult cold = Results.cold().build();
    private final BenchmarkResult preliminary = Repetitions.numbered(cold, new Repetition(1, 2));
    private final BenchmarkResult last = Repetitions.numbered(cold, new Repetition(2, 2));

    @Test
    void whatWouldFailHoldsBack() {
        assertThat(preliminary).timeToFirstToken().mean().isAtMost(TOO_SHORT);
        assertThat(preliminary).timeToFirstToken().p50().isBetween(SHORTER, TOO_SHORT);
        assertThat(preliminary).throughput().isAtLeast(tokensPerSecond(1_000_000));
        assertThat(preliminary).tokensComputedByDecode().isEqualTo(7);
        assertThat(preliminary).timeToFirstToken().mean().isFasterThan(cold);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(last).timeToFirstToken().mean().isAtMost(TOO_SHORT));
    }

    @Test
    void tooFewSamplesMayBecomeEnough() {
        assertThat(preliminary).timeToFirstToken().p99().isAtMost(TOO_SHORT);
    }

    @Test
    void whatMakesAllRepetitionsInvalidIsSaidAtOnce() {
        BenchmarkResult invalid = Repetitions.numbered(
                Results.cold().problem(InvalidReason.CLIENT_TOO_SLOW, "late").build(), new Repetition(1, 2));

        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> assertThat(invalid).timeToFirstToken().mean().isAtMost(TOO_SHORT))
                .withMessage("INVALID (CLIENT_TOO_SLOW): late\n  measured under: "
                        + cold.conditions().describe() + ", repetition 1 of 2");
    }

    @Test
    void boundsThatMakeNoSenseAreRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> assertThat(preliminary).timeToFirstToken().mean().isBetween(TOO_SHORT, SHORTER));
    }

    @Test
    void expectationsAreShownAndDecideNothing() {
        ExpectationTable undecided = table(preliminary);

        assertThat(undecided.rows()).extracting(ExpectationOutcome::verdict).containsExactly(Verdict.REPORTED);
        assertThat(undecided.rows().get(0).measured()).hasValue(2_000);
        assertThat(undecided).areMet();
        assertThat(table(last).rows()).extracting(ExpectationOutcome::verdict).containsExactly(Verdict.FAIL);
    }

    private static ExpectationTable table(BenchmarkResult result) {
        Expectation expectation = new Expectation(
                "mean TTFT",
                "EMPTY",
                Expectation.Metric.TTFT_MEAN,
                Optional.empty(),
                Expectation.Range.ANY,
                Map.of("embedded", new Expectation.Range(0, 1)));
        return ExpectationTable.of(List.of(expectation), "embedded", List.of(result), row -> Optional.empty());
    }
}
