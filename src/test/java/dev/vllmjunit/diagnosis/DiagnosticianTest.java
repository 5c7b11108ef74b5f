package dev.vllmjunit.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.diagnosis.Faults.Fault;
import dev.vllmjunit.diagnosis.PartLog.Line;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.CacheStateCheck;
import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault leads to its cause and to no other; a healthy run leads to none. */
class DiagnosticianTest {

    private static final List<String> HEALTHY =
            List.of("metrics-01.csv", "metrics-02.csv", "metrics-04.csv", "metrics-05.csv", "metrics-06.csv");

    static List<Fault> faults() {
        return Faults.all();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultLeadsToItsCause(Fault fault) {
        assertThat(Diagnostician.diagnose(fault.symptoms()))
                .extracting(diagnosis -> diagnosis.cause().id())
                .containsExactlyElementsOf(fault.causes());
    }

    @Test
    void everyRuleHasItsFault() {
        assertThat(faults().stream().flatMap(fault -> fault.causes().stream()).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Diagnostician.causes().stream().map(Cause::id).toList());
    }

    @ParameterizedTest
    @FieldSource("HEALTHY")
    void aHealthyRunOfRealNodesLeadsToNone(String metrics) {
        Symptoms healthy = Faults.healthyRun(Faults.healthyLogs(), metrics);

        assertThat(healthy.logs()).allSatisfy(log -> assertThat(log.lines()).hasSizeGreaterThan(100));
        assertThat(healthy.deltas()).containsKeys("prefill-0", "decode-0", "cache-server");
        assertThat(Diagnostician.diagnose(healthy)).isEmpty();
    }

    static List<Cause> causes() {
        return Diagnostician.causes();
    }

    /** Of each alone: guesses are hidden behind surer findings. */
    @ParameterizedTest
    @MethodSource("causes")
    void everyRuleIsSilentOnAHealthyRun(Cause cause) {
        for (String metrics : HEALTHY) {
            assertThat(cause.in(Faults.healthyRun(Faults.healthyLogs(), metrics)))
                    .isEmpty();
        }
    }

    @Test
    void anExpectationThatWasNotMetIsNoSymptomByItself() {
        Symptoms slow = Faults.healthyRun(Faults.healthyLogs(), "metrics-05.csv")
                .withSaid("Expecting mean TTFT (modelled):\n  1.2 s\nto be less than:\n  1 s");

        assertThat(Diagnostician.diagnose(slow)).isEmpty();
    }

    @Test
    void aFaultIsSeenAmongHealthyLines() {
        Symptoms symptoms = Faults.healthyLogs()
                .with(new PartLog(
                        "decode-1",
                        Part.DECODE,
                        List.of(new Line(
                                812, "RuntimeError: NIXL compatibility hash mismatch. Local: a, Remote: b."))));

        assertThat(Diagnostician.diagnose(symptoms))
                .singleElement()
                .extracting(Diagnosis::describe)
                .isEqualTo(
                        "Diagnosis: NIXL connection: prefill and decode differ in what the handshake compares: vLLM version, model,"
                                + " dtype, KV layout, attention backend (handshake-hash-mismatch, confidence high)\n"
                                + "    decode-1:812: RuntimeError: NIXL compatibility hash mismatch. Local: a, Remote: b.\n"
                                + "    Remedy: the same version, model and `--dtype` on both; only for different kinds of accelerator"
                                + " `enforce_handshake_compat: false`");
    }

    /** Not only the words of a file: what the check of the cache state really says is understood. */
    @Test
    void theCheckOfTheCacheStateIsUnderstood() {
        assertThat(notReached(CacheState.S3_ONLY, 416, 3_584, 0, 0)).containsExactly("engine-cache-answered");
        assertThat(notReached(CacheState.S3_ONLY, 416, 2_048, 1_536, 0)).containsExactly("host-memory-answered");
        assertThat(notReached(CacheState.S3_AFTER_RESTART, 1_952, 2_048, 0, 0)).containsExactly("stored-not-found");
        assertThat(notReached(CacheState.WARM, 4_000, 0, 0, 0)).containsExactly("evicted-before-use");
    }

    /** Two documents of 1,000 tokens, each asked twice; blocks of 128 and chunks of 256 tokens. */
    private static List<String> notReached(CacheState state, long computed, long device, long host, long s3) {
        List<PlannedRequest> requests = IntStream.range(0, 4)
                .mapToObj(i -> new PlannedRequest(
                        i, i % 2, i / 2, false, Duration.ZERO, 1_000, 20, new byte[] {(byte) (i % 2)}))
                .toList();
        Schedule schedule = new Schedule("s", "/v1/completions", new Arrivals.ClosedLoop(1), requests);
        TokenAccount tokens = new TokenAccount(4_000, computed, device, host, s3, 0, 0, 80);
        Problem problem = new CacheStateCheck(schedule, tokens, 128, 256, true)
                .verify(state)
                .orElseThrow();
        Symptoms symptoms = Symptoms.none()
                .withSaid(problem.detail())
                .withDelta(
                        "prefill-0",
                        PrometheusText.parse(
                                "vllm:prompt_tokens_by_source_total{source=\"local_compute\"} " + computed));
        return Diagnostician.diagnose(symptoms).stream()
                .map(diagnosis -> diagnosis.cause().id())
                .toList();
    }

    @Test
    void surerCausesComeFirstAndGuessesOnlyAlone() {
        Symptoms several = Symptoms.none()
                .withSaid("error event in the stream after 0 output events: EngineCore encountered an issue.")
                .withSaid(
                        "HTTP 502: Prefill hop failed: node prefill-0 at http://p refused the connection; check that it runs")
                .withSaid("HTTP 400: Token id 10000000 is out of vocabulary");

        assertThat(Diagnostician.diagnose(several))
                .extracting(diagnosis -> diagnosis.cause().id())
                .containsExactly("token-out-of-vocabulary", "prefill-ended");
    }

    @Test
    void moreEvidenceThanThreePiecesIsCounted() {
        Symptoms many = Symptoms.none()
                .with(new PartLog(
                        "decode-0",
                        Part.DECODE,
                        List.of(
                                new Line(1, "NIXL compatibility hash mismatch 1"),
                                new Line(2, "NIXL compatibility hash mismatch 2"),
                                new Line(3, "NIXL compatibility hash mismatch 3"),
                                new Line(4, "NIXL compatibility hash mismatch 4"))));

        assertThat(Diagnostician.diagnose(many).get(0).describe())
                .contains("decode-0:3: NIXL compatibility hash mismatch 3\n    and 1 more\n    Remedy: ")
                .doesNotContain("decode-0:4");
    }

    @Test
    void idsAreUniqueAndFitTheTable() {
        assertThat(Diagnostician.causes()).extracting(Cause::id).doesNotHaveDuplicates();
        assertThat(CausesTable.markdown().lines())
                .hasSize(Diagnostician.causes().size() + 2)
                .allSatisfy(row ->
                        assertThat(row.chars().filter(c -> c == '|').count()).isEqualTo(6));
    }
}
