package dev.vllmjunit.report.interchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.report.interchange.LoggedRequest.Metric;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestLogTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Schedule SCHEDULE = SomeRun.schedule(new Arrivals.ConstantRate(100));

    private final Path file;

    RequestLogTest(@TempDir Path directory) {
        file = directory.resolve("requests.jsonl");
    }

    @Test
    void aLineHasTheNamesAndUnitsOfAiperf() throws IOException {
        JsonNode line =
                JSON.readTree(text(RequestLog.of(SomeRun.result(), SCHEDULE)).split("\n")[1]);

        assertThat(line.at("/metadata"))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"session_num": 1, "x_request_id": "r1", "conversation_id": "1", "turn_index": 0,
                                 "due_at": "2026-01-02T03:04:05.020006Z", "due_offset_ns": 10000000,
                                 "credit_issued_ns": 1767323045020006000, "request_start_ns": 1767323045025006000,
                                 "first_token_ns": 1767323045225006000, "request_end_ns": 1767323045266006000,
                                 "worker_id": "vllm-junit", "record_processor_id": "vllm-junit",
                                 "benchmark_phase": "profiling", "was_cancelled": false, "finish_reason": "length"}"""));
        assertThat(line.at("/metrics"))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"client_queue_time": {"value": 5.0, "unit": "ms"},
                                 "input_sequence_length": {"value": 1001, "unit": "tokens"},
                                 "output_sequence_length": {"value": 3, "unit": "tokens"},
                                 "time_to_first_token": {"value": 200.0, "unit": "ms"},
                                 "request_latency": {"value": 240.0, "unit": "ms"},
                                 "inter_token_latency": {"value": 20.0, "unit": "ms"},
                                 "inter_chunk_latency": {"value": [10.0, 30.0], "unit": "ms"}}"""));
        assertThat(line.get("error").isNull()).isTrue();
    }

    @Test
    void hopsAddUpToTheTimeToFirstTokenFromWhenItWasDue() {
        LoggedRequest request =
                RequestLog.of(SomeRun.result(), SCHEDULE).requests().get(0);

        double hops = Arrays.stream(Hop.values())
                .mapToDouble(hop -> request.metric("hop_" + hop.name().toLowerCase(Locale.ROOT))
                        .orElseThrow())
                .sum();
        assertThat(hops)
                .isCloseTo(
                        request.metric("time_to_first_token").orElseThrow()
                                + request.metric("client_queue_time").orElseThrow(),
                        within(1e-9));
        assertThat(request.metric("hop_prefill")).hasValue(67);
        assertThat(request.metrics())
                .containsEntry("usage_prompt_cache_read_tokens", new Metric(640, "tokens"))
                .containsEntry("transferred_tokens", new Metric(1000, "tokens"));
        assertThat(request.prefillNode()).hasValue("prefill-0");
        assertThat(request.decodeNode()).hasValue("decode-0");
    }

    @Test
    void aFailedRequestSaysWhyAndHasNoLatencies() {
        List<LoggedRequest> requests = RequestLog.of(SomeRun.result(), SCHEDULE).requests();

        assertThat(requests.get(2).error()).hasValue("HTTP 503");
        assertThat(requests.get(2).firstToken()).isEmpty();
        LoggedRequest brokenOff = requests.get(3);
        assertThat(brokenOff.succeeded()).isFalse();
        assertThat(brokenOff.firstToken()).hasValue(Instant.parse("2026-01-02T03:04:05.090006Z"));
        assertThat(brokenOff.metrics())
                .isEqualTo(Map.of("client_queue_time", new Metric(0, "ms"), "error_isl", new Metric(1003, "tokens")));
        assertThat(brokenOff.occurrence()).hasValue(1);
    }

    @Test
    void whatIsWrittenReadsBackTheSame() throws IOException {
        RequestLog single = RequestLog.of(SomeRun.result(), SCHEDULE);
        RequestLog pooled = RequestLog.of(Repetitions.pool(List.of(SomeRun.result(), SomeRun.result("2"))), SCHEDULE);

        assertThat(read(text(single))).isEqualTo(single);
        assertThat(read(text(pooled))).isEqualTo(pooled);
        assertThat(pooled.requests()).hasSize(8);
        assertThat(pooled.requests().get(4).repetition()).hasValue(2);
        assertThat(new RequestLog(List.of()).json()).isEmpty();
    }

    @Test
    void aLineOfAiperfItselfReads() throws IOException {
        LoggedRequest read =
                read("""
                        {"metadata": {"session_num": 45, "x_request_id": "7609", "conversation_id": "77aa", "turn_index": 0,
                         "request_start_ns": 1759813207532900363, "request_ack_ns": 1759813207650730976,
                         "request_end_ns": 1759813207838764604, "worker_id": "w", "record_processor_id": "p",
                         "benchmark_phase": "profiling", "was_cancelled": false, "cancellation_time_ns": null},
                         "metrics": {"input_sequence_length": {"value": 550, "unit": "tokens"},
                         "time_to_first_token": {"value": 255.5, "unit": "ms"},
                         "inter_chunk_latency": {"value": [4.898437, 5.316006], "unit": "ms"}}, "error": null}
                        """
                                .replace("\n", " "))
                        .requests()
                        .get(0);

        assertThat(read.index()).isEqualTo(45);
        assertThat(read.due()).isEqualTo(read.sent()).isEqualTo(Instant.parse("2025-10-07T05:00:07.532900363Z"));
        assertThat(read.metric("time_to_first_token")).hasValue(255.5);
        assertThat(read.metric("no_such_metric")).isEmpty();
        assertThat(read.gapsMs()).containsExactly(4.898437, 5.316006);
        assertThat(read.succeeded()).isTrue();
    }

    @Test
    void aLineThatIsWrongIsNamedWithWhatWasFound() throws IOException {
        assertRefused(
                "\n{\"metadata\": {\"session_num\": \"one\"}}",
                ", line 2: key \"metadata.request_start_ns\" is missing; it must be a whole number");
        assertRefused(
                "{\"metadata\": {\"session_num\": \"one\", \"request_start_ns\": 1}}",
                ", line 1: key \"metadata.session_num\" is \"one\"; it must be a whole number");
        assertRefused("{}", ", line 1: key \"metadata\" is missing; it must be an object");
        assertRefused("7", ", line 1 is not a request as JSON: found 7; it must be one JSON object");
        assertRefused(
                "{\"metadata\": {\"session_num\": 1, \"request_start_ns\": 1, \"request_end_ns\": 2},"
                        + " \"metrics\": {\"a\": {\"value\": 1}}}",
                ", line 1: key \"metrics.a.unit\" is missing; it must be a text");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> RequestLog.read(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("cannot read the request log " + file);
    }

    private void assertRefused(String text, String problem) throws IOException {
        Files.writeString(file, text);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RequestLog.read(file))
                .withMessage(file + problem);
    }

    private RequestLog read(String text) throws IOException {
        return RequestLog.read(Files.writeString(file, text));
    }

    private static String text(RequestLog log) {
        return log.json().stream().map(RequestLogTest::text).collect(Collectors.joining("\n"));
    }

    private static String text(Map<String, ?> line) {
        try {
            return JSON.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
