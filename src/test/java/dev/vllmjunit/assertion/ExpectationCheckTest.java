package dev.vllmjunit.assertion;

import static dev.vllmjunit.topology.Expectation.Metric.CACHE_HIT_RATE;
import static dev.vllmjunit.topology.Expectation.Metric.COMPUTED_TOKENS;
import static dev.vllmjunit.topology.Expectation.Metric.COMPUTE_SAVINGS;
import static dev.vllmjunit.topology.Expectation.Metric.OBJECT_LOAD_MEAN;
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
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.stats.Interval;
import dev.vllmjunit.topology.Expectation;
import dev.vllmjunit.topology.Expectation.Metric;
import dev.vllmjunit.topology.Expectation.Range;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpectationCheckTest {

    private static final Range GUIDE = new Range(50, 100);
    private static final BenchmarkResult COLD = Results.cold().build();
    private static final BenchmarkResult WARM = Results.warm().build();
    private static final Map<CacheState, BenchmarkResult> RESULTS =
            Map.of(CacheState.EMPTY, COLD, CacheState.S3_ONLY, WARM);

    @Test
    void passesWithinTheDecidingRange() {
        Expectation expectation = expectation(TTFT_MEAN, Map.of("embedded", new Range(400, 600)));

        assertThat(outcome(expectation))
                .isEqualTo(new ExpectationOutcome(
                        expectation,
                        OptionalDouble.of(500),
                        Optional.of(new Interval(500, 500, 0.95)),
                        Optional.of(new Range(400, 600)),
                        Verdict.PASS,
                        ""));
        assertThat(outcome(expectation).sentence())
                .isEqualTo("500 ms (500–500 ms); expected: 400–600 ms; guide: 50–100 ms");
    }

    @Test
    void failsOutsideTheDecidingRange() {
        ExpectationOutcome outcome =
                outcome(expectation(TTFT_MEAN, Map.of("embedded", new Range(Double.NEGATIVE_INFINITY, 499))));

        assertThat(outcome.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(outcome.sentence()).isEqualTo("500 ms (500–500 ms); expected: at most 499 ms; guide: 50–100 ms");
    }

    /** 400 to 600 ms in ten steps: a mean of 500 ms give or take. */
    @Test
    void isInvalidWhereTheIntervalLeavesItOpen() {
        BenchmarkResult spread = Results.warm()
                .ttft(400, 420, 440, 460, 480, 500, 520, 540, 560, 580, 600)
                .build();

        ExpectationOutcome open = only(
                expectation(TTFT_MEAN, Map.of("embedded", new Range(490, 600))), Map.of(CacheState.S3_ONLY, spread));

        assertThat(open.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(open.measured()).hasValue(500);
        assertThat(open.sentence())
                .isEqualTo(
                        "500 ms (456–544 ms); expected: 490–600 ms; guide: 50–100 ms; INCONCLUSIVE: the 95 % interval"
                                + " leaves it open; about 199 more documents, or repetitions, would probably decide");
        assertThat(only(
                                expectation(TTFT_MEAN, Map.of("embedded", new Range(400, 600))),
                                Map.of(CacheState.S3_ONLY, spread))
                        .verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(only(
                                expectation(TTFT_MEAN, Map.of("embedded", new Range(600, 700))),
                                Map.of(CacheState.S3_ONLY, spread))
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void whatTheGuideSaysOfARunIsHeldAgainstOneOfSeveralRepetitions() {
        BenchmarkResult three = Repetitions.pool(List.of(WARM, WARM, WARM));
        Map<CacheState, BenchmarkResult> repeated = Map.of(CacheState.S3_ONLY, three, CacheState.EMPTY, COLD);

        assertThat(only(expectation(COMPUTED_TOKENS, Map.of()), repeated).measured())
                .hasValue(60_000);
        assertThat(only(expectation(TOTAL_TIME, Map.of()), repeated).measured()).hasValue(24);
        assertThat(only(relative(COMPUTED_TOKENS, GUIDE), repeated).measured()).hasValue(10);
    }

    @Test
    void onlyReportsWhatNoRangeDecides() {
        ExpectationOutcome outcome = outcome(expectation(TTFT_MEAN, Map.of("attach", new Range(0, 1))));

        assertThat(outcome.verdict()).isEqualTo(Verdict.REPORTED);
        assertThat(outcome.sentence()).isEqualTo("500 ms (500–500 ms); guide: 50–100 ms");
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
        assertThat(outcome.sentence())
                .isEqualTo("500 ms (500–500 ms); guide: 50–100 ms; not feasible: computing takes 306 ms at peak");
    }

    @Test
    void isInvalidWithoutARun() {
        ExpectationOutcome outcome =
                only(expectation(TTFT_MEAN, Map.of("embedded", GUIDE)), Map.of(CacheState.EMPTY, COLD));

        assertThat(outcome.measured()).isEmpty();
        assertThat(outcome.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(outcome.sentence()).isEqualTo("INVALID (NOT_OBSERVABLE): there is no run in cache state S3_ONLY");
    }

    @Test
    void isInvalidAfterAnInvalidRun() {
        BenchmarkResult untrusted = Results.warm()
                .problem(InvalidReason.SOURCES_DISAGREE, "5 and 6")
                .build();

        ExpectationOutcome outcome =
                only(expectation(TTFT_MEAN, Map.of("embedded", GUIDE)), Map.of(CacheState.S3_ONLY, untrusted));

        assertThat(outcome.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(outcome.sentence())
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
    void saysHowManyTimesBetterWhereLessIsBetter() {
        ExpectationOutcome outcome = only(relative(TTFT_MEAN, new Range(2, 100)), RESULTS);

        assertThat(outcome.measured()).hasValue(4);
        assertThat(outcome.verdict()).isEqualTo(Verdict.PASS);
        assertThat(outcome.sentence()).isEqualTo("4 x better than EMPTY (3.64–4.4 x); expected: 2–100 x; guide: 4–5 x");
    }

    @Test
    void saysHowManyTimesBetterWhereMoreIsBetter() {
        ExpectationOutcome outcome = only(relative(THROUGHPUT, new Range(100, 200)), RESULTS);

        assertThat(outcome.measured().orElseThrow()).isEqualTo(WARM.throughput() / COLD.throughput());
        assertThat(outcome.verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void showsARowThatDecidesNothingAlsoWithoutARun() {
        assertThat(only(expectation(TTFT_MEAN, Map.of()), Map.of()).verdict()).isEqualTo(Verdict.REPORTED);
    }

    @Test
    void readsTheMeanLoadFromTheCacheServersCounters() {
        BenchmarkResult loaded = Results.warm()
                .metrics(Map.of(
                        "cache-server/lmcache_mp_l2_load_throughput_GB_per_second_count{l2_name=\"s3\"}", 2.0,
                        "cache-server/lmcache_mp_l2_load_throughput_GB_per_second_sum{l2_name=\"s3\"}", 20.0,
                        "cache-server/lmcache_mp_l2_prefetch_load_completed_chunks_total{}", 40.0,
                        "cache-server/lmcache_mp_lookup_total{}", 7.0))
                .build();

        ExpectationOutcome outcome = only(expectation(OBJECT_LOAD_MEAN, Map.of()), Map.of(CacheState.S3_ONLY, loaded));

        double bytes = 20 * 256 * 327_680.0;
        assertThat(outcome.measured().orElseThrow()).isCloseTo(bytes / 10e9 * 1_000, within(1e-9));
    }

    @Test
    void theLoadTimeOfVllmsOwnTieringIsItsReadTimePerPrompt() {
        BenchmarkResult loaded = Results.warm()
                .metrics(Map.of(
                        "prefill-0/vllm:kv_offload_load_size_count{engine=\"0\"}", 2.0,
                        "prefill-1/vllm:kv_offload_load_size_count{engine=\"0\"}", 1.0,
                        "prefill-0/vllm:kv_offload_tiering_read_time_total{engine=\"0\",tier=\"1:obj\"}", 0.06))
                .build();

        ExpectationOutcome outcome = only(expectation(OBJECT_LOAD_MEAN, Map.of()), Map.of(CacheState.S3_ONLY, loaded));

        assertThat(outcome.measured().orElseThrow()).isCloseTo(20, within(1e-9));
    }

    @Test
    void loadsFromHostMemoryAloneAreNoneFromTheObjectStore() {
        BenchmarkResult loaded = Results.warm()
                .metrics(Map.of("prefill-0/vllm:kv_offload_load_size_count{engine=\"0\"}", 2.0))
                .build();

        assertThat(only(expectation(OBJECT_LOAD_MEAN, Map.of()), Map.of(CacheState.S3_ONLY, loaded))
                        .sentence())
                .contains("the prefill nodes counted no load from the object store");
    }

    @Test
    void doesNotDivideWhatCannotBeCompared() {
        Expectation relative = relative(THROUGHPUT, GUIDE);
        BenchmarkResult other = Results.cold().workload("1 document").build();

        ExpectationOutcome outcome =
                only(relative, Map.of(CacheState.S3_ONLY, Results.warm().build(), CacheState.EMPTY, other));

        assertThat(outcome.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(outcome.sentence())
                .contains("workload: 10 documents x 20000 tokens, 3 rounds, random against 1 document");
    }

    @Test
    void doesNotDivideByNothing() {
        assertThat(only(relative(CACHE_HIT_RATE, GUIDE), RESULTS).sentence())
                .isEqualTo(
                        "INVALID (NOT_OBSERVABLE): cache hit rate of the prefill nodes is 0 in one of the two runs: nothing to compare with");
    }

    @Test
    void requiresThatNoneFailsOrIsInvalid() {
        ExpectationTable met = table(
                List.of(
                        expectation(CACHE_HIT_RATE, Map.of("embedded", new Range(60, 90))),
                        expectation(TOTAL_TIME, Map.of())),
                RESULTS);
        ExpectationTable failed = table(
                List.of(
                        expectation(COMPUTE_SAVINGS, Map.of("embedded", new Range(95, 100))),
                        expectation(COMPUTED_TOKENS, Map.of("embedded", new Range(0, 70_000)))),
                RESULTS);
        ExpectationTable invalid = table(List.of(expectation(TRANSFER_MEAN, Map.of("embedded", GUIDE))), Map.of());

        assertThatNoException()
                .isThrownBy(() -> PerformanceAssertions.assertThat(met).areMet());
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> PerformanceAssertions.assertThat(failed).areMet())
                .withMessage("\nExpecting every expectation of the profile to be met, but these were not:"
                        + "\n  COMPUTE_SAVINGS, S3_ONLY: 90 %; expected: 95–100 %; guide: 50–100 %");
        ExpectationTable both = new ExpectationTable(
                "embedded",
                Stream.concat(failed.rows().stream(), invalid.rows().stream()).toList());
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> PerformanceAssertions.assertThat(both).areMet())
                .withMessage(
                        "\nExpecting every expectation of the profile to be met, but these were not:"
                                + "\n  COMPUTE_SAVINGS, S3_ONLY: 90 %; expected: 95–100 %; guide: 50–100 %"
                                + "\nand these could not be decided:"
                                + "\n  TRANSFER_MEAN, S3_ONLY: INVALID (NOT_OBSERVABLE): there is no run in cache state S3_ONLY");
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> PerformanceAssertions.assertThat(invalid).areMet())
                .withMessage(
                        "INVALID (INCONCLUSIVE): expectations that could not be decided:"
                                + "\n  TRANSFER_MEAN, S3_ONLY: INVALID (NOT_OBSERVABLE): there is no run in cache state S3_ONLY");
    }

    private static Expectation relative(Metric metric, Range deciding) {
        return new Expectation(
                "relative", "S3_ONLY", metric, Optional.of("EMPTY"), new Range(4, 5), Map.of("embedded", deciding));
    }

    private static ExpectationTable table(List<Expectation> expectations, Map<CacheState, BenchmarkResult> results) {
        return ExpectationTable.of(expectations, "embedded", List.copyOf(results.values()), any -> Optional.empty());
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
}
