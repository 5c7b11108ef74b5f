package dev.vllmjunit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.diagnosis.Diagnosed;
import dev.vllmjunit.diagnosis.Diagnosis;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.provision.ProvisionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is gathered from runs, exceptions, logs and scrapes, and for how long. */
class ExaminationTest {

    private static final String SLOW = "vllm:request_queue_time_seconds_sum{engine=\"0\"}";

    private final Path logs;
    private final Examination examination;

    ExaminationTest(@TempDir Path logs) {
        this.logs = logs;
        this.examination = new Examination(
                Results.cold().build().conditions().topology(), logs, text -> text.replace("s3cr3t", "****"));
    }

    @Test
    void aFailedStartCarriesItsCause() throws IOException {
        log("prefill-0", "UCX  WARN  network device 'mlx5_0:1' is not available, please use one or more of: 'lo'(tcp)");
        Throwable failure = new ProvisionException(
                "prefill-0 ended", new IllegalStateException("Worker failed with error 'NIXL_ERR_BACKEND'"));

        assertThat(ids(examination.of(failure, Map.of()))).containsExactly("ucx-device-missing");
        assertThat(failure.getSuppressed())
                .singleElement()
                .isInstanceOf(Diagnosed.class)
                .extracting(Throwable::getMessage)
                .asString()
                .startsWith("\nDiagnosis: UCX transport: `UCX_NET_DEVICES` names a network device that is not there"
                        + " (ucx-device-missing, confidence high)\n    prefill-0:1: UCX  WARN  network device");
    }

    @Test
    void whatHasNoKnownCauseCarriesNone() {
        Throwable failure = new AssertionError("too slow");

        assertThat(examination.of(failure, Map.of())).isEmpty();
        assertThat(failure.getSuppressed()).isEmpty();
    }

    @Test
    void problemsOfARunAreSymptoms() {
        examination.ran(Results.cold()
                .problem(
                        InvalidReason.REQUESTS_FAILED,
                        "1 of 3 requests failed; the first, a: Token id 9 is out of vocabulary")
                .build());

        assertThat(ids(examination.of(new AssertionError(), Map.of()))).containsExactly("token-out-of-vocabulary");
    }

    @Test
    void countersOfSingleRunsAddUpAndAPooledResultAddsNothing() {
        List<BenchmarkResult> runs = Stream.of(1, 2)
                .map(number -> Repetitions.numbered(
                        Results.cold().metrics(Map.of("prefill-0/" + SLOW, 4.0)).build(), new Repetition(number, 2)))
                .toList();
        runs.forEach(examination::ran);
        examination.ran(Repetitions.pool(runs));

        assertThat(examination.of(new AssertionError(), Map.of()))
                .singleElement()
                .extracting(diagnosis -> diagnosis.evidence().get(0).toString())
                .isEqualTo("prefill-0 vllm:request_queue_time_seconds_sum: 8");
    }

    /** A lease ends when another test is under way. */
    @Test
    void linesAboutRequestsOfAnEarlierTestAreNoSymptoms() throws IOException {
        examination.ran(Results.cold().run("vj-0a1b2c3d").build());
        examination.next();
        log(
                "prefill-0",
                "Releasing expired KV blocks for request cmpl-vj-0a1b2c3d-0-1 which were retrieved by 0 remote worker(s)");
        assertThat(examination.of(new AssertionError(), Map.of())).isEmpty();

        log(
                "prefill-0",
                "Releasing expired KV blocks for request cmpl-vj-4e5f6071-0-1 which were retrieved by 0 remote worker(s)");
        assertThat(ids(examination.of(new AssertionError(), Map.of()))).containsExactly("lease-expired");
    }

    @Test
    void scrapesAfterwardsAreSymptoms() {
        Map<String, String> raw = Map.of(
                "prefill-0", "vllm:cache_config_info{block_size=\"128\"} 1\n",
                "decode-0", "vllm:cache_config_info{block_size=\"256\"} 1\n",
                "decode-1", "# not read: refused\n");

        assertThat(ids(examination.of(new AssertionError(), raw))).containsExactly("block-size-differs");
    }

    @Test
    void theNextTestBeginsHealthy() throws IOException {
        log("decode-0", "NIXL compatibility hash mismatch");
        examination.ran(Results.cold().metrics(Map.of("prefill-0/" + SLOW, 4.0)).build());
        examination.next();

        assertThat(examination.of(new AssertionError(), Map.of())).isEmpty();
    }

    @Test
    void messagesAreMasked() {
        Throwable failure =
                new InvalidRunException(InvalidReason.REQUESTS_FAILED, "HTTP 403 AccessDenied for the key s3cr3t");

        assertThat(examination.of(failure, Map.of()).get(0).describe())
                .contains("AccessDenied for the key ****")
                .doesNotContain("s3cr3t");
    }

    private void log(String part, String line) throws IOException {
        Files.writeString(
                logs.resolve(part + ".log"), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<String> ids(List<Diagnosis> diagnoses) {
        return diagnoses.stream().map(diagnosis -> diagnosis.cause().id()).toList();
    }
}
