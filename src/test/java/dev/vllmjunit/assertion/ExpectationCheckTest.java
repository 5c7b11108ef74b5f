package dev.vllmjunit.assertion;

import static dev.vllmjunit.topology.Expectation.Metric.CACHE_HIT_RATE;
import static dev.vllmjunit.topology.Expectation.Metric.COMPUTED_TOKENS;
import static dev.vllmjunit.topology.Expectation.Metric.COMPUTE_SAVINGS;
import static dev.vllmjunit.topology.Expectation.Metric.THROUGHPUT;
import static dev.vllmjunit.topology.Expectation.Metric.TOTAL_TIME;
import static dev.vllmjunit.topology.Expectation.Metric.TRANSFER_MEAN;
import static dev.vllmjunit.topology.Expectation.Metric.TTFT_MEAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.topology.Expectation;
import dev.vllmjunit.topology.Expectation.Metric;
import dev.vllmjunit.topology.Expectation.Range;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpectationCheckTest {

    private static final Range GUIDE = new Range(50, 100);
    private static final Map<CacheState, BenchmarkResult> RESULTS = Map.of(
            CacheState.EMPTY, Results.cold().build(),
            CacheState.S3_ONLY, Results.warm().build());

    @Test
    void passesWithinTheDecidingRange() {
        assertThat(outcome(expectation(TTFT_MEAN, Map.of("embedded", new Range(400, 600)))))
                .isEqualTo(new ExpectationOutcome(
                        expectation(TTFT_MEAN, Map.of("embedded", new Range(400, 600))),
                        OptionalDouble.of(500),
                        Verdict.PASS,
                        "500 ms; expected on embedded: 400 to 600; guide: 50 to 100"));
    }

    @Test
    void failsOutsideTheDecidingRange() {
        ExpectationOutcome outcome =
                outcome(expectation(TTFT_MEAN, Map.of("embedded", new Range(Double.NEGATIVE_INFINITY, 499))));

        assertThat(outcome.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(outcome.note()).isEqualTo("500 ms; expected on embedded: at most 499; guide: 50 to 100");
    }

    @Test
    void onlyReportsWhatNoRangeDecides() {
        ExpectationOutcome outcome = outcome(expectation(TTFT_MEAN, Map.of("attach", new Range(0, 1))));

        assertThat(outcome.verdict()).isEqualTo(Verdict.REPORTED);
        assertThat(outcome.note()).isEqualTo("500 ms; guide: 50 to 100");
    }

    @Test
    void saysWhatNoHardwareCouldReach() {
        ExpectationOutcome outcome = ExpectationCheck.evaluate(
                        List.of(expectation(TTFT_MEAN, Map.of())),
                        "embedded",
                        RESULTS,
                        expectation -> Optional.of("computing takes 306 ms at peak"))
                .get(0);

        assertThat(outcome.verdict()).isEqualTo(Verdict.NOT_FEASIBLE);
        assertThat(outcome.note()).isEqualTo("500 ms; guide: 50 to 100; not feasible: computing takes 306 ms at peak");
    }

    @Test
    void isInvalidWithoutARun() {
        ExpectationOutcome outcome =
                only(expectation(TTFT_MEAN, Map.of()), Map.of(CacheState.EMPTY, RESULTS.get(CacheState.EMPTY)));

        assertThat(outcome.measured()).isEmpty();
        assertThat(outcome.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(outcome.note()).isEqualTo("INVALID (NOT_OBSERVABLE): there is no run in cache state S3_ONLY");
    }

    @Test
    void isInvalidAfterAnInvalidRun() {
        BenchmarkResult untrusted = Results.warm()
                .problem(InvalidReason.SOURCES_DISAGREE, "5 and 6")
                .build();

        ExpectationOutcome outcome =
                only(expectation(TTFT_MEAN, Map.of("embedded", GUIDE)), Map.of(CacheState.S3_ONLY, untrusted));

        assertThat(outcome.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(outcome.note())
                .startsWith("INVALID (SOURCES_DISAGREE): 5 and 6; measured under: 10 documents x 20000 tokens");
    }

    @ParameterizedTest
    @CsvSource({
        "THROUGHPUT, 20.0",
        "TTFT_MEAN, 500",
        "CACHE_HIT_RATE, 90",
        "TOTAL_TIME, 24",
        "COMPUTED_TOKENS, 60000",
        "COMPUTE_SAVINGS, 90",
        "TRANSFER_MEAN, 164"
    })
    void readsEachMetricInItsUnit(Metric metric, double expected) {
        assertThat(outcome(expectation(metric, Map.of())).measured().orElseThrow())
                .isCloseTo(expected, within(1e-9));
    }

    @Test
    void dividesByTheStateComparedTo() {
        Expectation relative = new Expectation(
                "mean TTFT",
                "S3_ONLY",
                TTFT_MEAN,
                Optional.of("EMPTY"),
                new Range(0.2, 0.25),
                Map.of("embedded", new Range(0, 0.5)));

        ExpectationOutcome outcome = only(relative, RESULTS);

        assertThat(outcome.measured()).hasValue(0.25);
        assertThat(outcome.verdict()).isEqualTo(Verdict.PASS);
        assertThat(outcome.note()).isEqualTo("0.25 x EMPTY; expected on embedded: 0 to 0.5; guide: 0.2 to 0.25");
    }

    @Test
    void doesNotDivideWhatCannotBeCompared() {
        Expectation relative =
                new Expectation("throughput", "S3_ONLY", THROUGHPUT, Optional.of("EMPTY"), new Range(3, 10), Map.of());
        BenchmarkResult other = Results.cold().workload("1 document").build();

        ExpectationOutcome outcome =
                only(relative, Map.of(CacheState.S3_ONLY, Results.warm().build(), CacheState.EMPTY, other));

        assertThat(outcome.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(outcome.note())
                .contains("workload: 10 documents x 20000 tokens, 3 rounds, random against 1 document");
    }

    @Test
    void doesNotDivideByNothing() {
        Expectation relative = new Expectation(
                "cache hit rate", "S3_ONLY", CACHE_HIT_RATE, Optional.of("EMPTY"), new Range(3, 10), Map.of());

        assertThat(only(relative, RESULTS).note())
                .isEqualTo("INVALID (NOT_OBSERVABLE): CACHE_HIT_RATE is 0 in EMPTY: nothing to compare with");
    }

    @Test
    void requiresThatNoneFailsOrIsInvalid() {
        List<ExpectationOutcome> met = evaluate(List.of(
                expectation(CACHE_HIT_RATE, Map.of("embedded", new Range(60, 90))), expectation(TOTAL_TIME, Map.of())));
        List<ExpectationOutcome> failed = evaluate(List.of(
                expectation(COMPUTE_SAVINGS, Map.of("embedded", new Range(95, 100))),
                expectation(COMPUTED_TOKENS, Map.of("embedded", new Range(0, 70_000)))));
        List<ExpectationOutcome> invalid = ExpectationCheck.evaluate(
                List.of(expectation(TRANSFER_MEAN, Map.of())), "embedded", Map.of(), expectation -> Optional.empty());

        assertThatNoException().isThrownBy(() -> ExpectationCheck.requireMet(met));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> ExpectationCheck.requireMet(failed))
                .withMessage("\nExpecting every expectation of the profile to be met, but these were not:"
                        + "\n  COMPUTE_SAVINGS, S3_ONLY: 90 %; expected on embedded: 95 to 100; guide: 50 to 100");
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> ExpectationCheck.requireMet(invalid))
                .withMessage(
                        "INVALID (INCONCLUSIVE): expectations that could not be decided:"
                                + "\n  TRANSFER_MEAN, S3_ONLY: INVALID (NOT_OBSERVABLE): there is no run in cache state S3_ONLY");
    }

    private static Expectation expectation(Metric metric, Map<String, Range> deciding) {
        return new Expectation(metric.name(), "S3_ONLY", metric, Optional.empty(), GUIDE, deciding);
    }

    private static ExpectationOutcome outcome(Expectation expectation) {
        return only(expectation, RESULTS);
    }

    private static ExpectationOutcome only(Expectation expectation, Map<CacheState, BenchmarkResult> results) {
        return ExpectationCheck.evaluate(List.of(expectation), "embedded", results, any -> Optional.empty())
                .get(0);
    }

    private static List<ExpectationOutcome> evaluate(List<Expectation> expectations) {
        return ExpectationCheck.evaluate(expectations, "embedded", RESULTS, any -> Optional.empty());
    }
}
