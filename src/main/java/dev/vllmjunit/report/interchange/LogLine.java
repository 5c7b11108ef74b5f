package dev.vllmjunit.report.interchange;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.report.interchange.LoggedRequest.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One request of a log as JSON. */
final class LogLine {

    private static final long SECOND = 1_000_000_000;
    private static final String GAPS = "inter_chunk_latency";
    private static final String WRITER = "vllm-junit";

    private LogLine() {}

    static Map<String, @Nullable Object> write(LoggedRequest request, Instant first) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("metadata", metadata(request, first));
        json.put("metrics", metrics(request));
        json.put("error", request.error().map(LogLine::error).orElse(null));
        return json;
    }

    /** With the keys that AIPerf's reader insists on. */
    private static Map<String, @Nullable Object> metadata(LoggedRequest request, Instant first) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("session_num", request.index());
        request.repetition().ifPresent(repetition -> json.put("repetition", repetition));
        request.requestId().ifPresent(id -> json.put("x_request_id", id));
        request.document().ifPresent(document -> json.put("conversation_id", document));
        request.occurrence().ifPresent(occurrence -> json.put("turn_index", occurrence));
        json.put("due_at", request.due().toString());
        json.put("due_offset_ns", Duration.between(first, request.due()).toNanos());
        json.put("credit_issued_ns", epochNanos(request.due()));
        json.put("request_start_ns", epochNanos(request.sent()));
        request.firstToken().ifPresent(instant -> json.put("first_token_ns", epochNanos(instant)));
        json.put("request_end_ns", epochNanos(request.end()));
        json.put("worker_id", WRITER);
        json.put("record_processor_id", WRITER);
        json.put("benchmark_phase", "profiling");
        json.put("was_cancelled", false);
        request.finishReason().ifPresent(reason -> json.put("finish_reason", reason));
        request.prefillNode().ifPresent(node -> json.put("prefill_node", node));
        request.decodeNode().ifPresent(node -> json.put("decode_node", node));
        return json;
    }

    private static Map<String, @Nullable Object> metrics(LoggedRequest request) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        request.metrics().forEach((name, metric) -> json.put(name, metric(number(metric), metric.unit())));
        if (!request.gapsMs().isEmpty()) {
            json.put(GAPS, metric(request.gapsMs(), "ms"));
        }
        return json;
    }

    private static Map<String, @Nullable Object> metric(Object value, String unit) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("value", value);
        json.put("unit", unit);
        return json;
    }

    private static Number number(Metric metric) {
        return metric.unit().equals("tokens") ? (Number) (long) metric.value() : (Number) metric.value();
    }

    private static Map<String, @Nullable Object> error(String message) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("code", null);
        json.put("type", null);
        json.put("message", message);
        return json;
    }

    static LoggedRequest read(Fields line) {
        Fields metadata = line.object("metadata");
        Optional<Fields> metrics = line.optionalObject("metrics");
        Instant sent = instant(metadata.count("request_start_ns"));
        return new LoggedRequest(
                metadata.count("session_num"),
                metadata.optionalCount("repetition"),
                metadata.optionalText("x_request_id"),
                metadata.optionalText("conversation_id"),
                metadata.optionalCount("turn_index"),
                optionalInstant(metadata, "credit_issued_ns").orElse(sent),
                sent,
                optionalInstant(metadata, "first_token_ns"),
                instant(metadata.count("request_end_ns")),
                metrics.map(LogLine::readMetrics).orElse(Map.of()),
                metrics.flatMap(all -> all.optionalObject(GAPS))
                        .map(LogLine::readGaps)
                        .orElse(List.of()),
                metadata.optionalText("finish_reason"),
                metadata.optionalText("prefill_node"),
                metadata.optionalText("decode_node"),
                line.optionalObject("error").map(error -> error.text("message")));
    }

    /** A metric whose value is no single number is not one of those that are known. */
    private static Map<String, Metric> readMetrics(Fields all) {
        Map<String, Metric> metrics = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : all.all()) {
            if (entry.getValue().path("value").isNumber()) {
                Fields metric = all.object(entry.getKey());
                metrics.put(entry.getKey(), new Metric(metric.number("value"), metric.text("unit")));
            }
        }
        return metrics;
    }

    private static List<Double> readGaps(Fields gaps) {
        return Arrays.stream(gaps.numbers("value", gaps.entries("value")))
                .boxed()
                .toList();
    }

    private static Optional<Instant> optionalInstant(Fields fields, String key) {
        OptionalLong nanos = fields.optionalCount(key);
        return nanos.isPresent() ? Optional.of(instant(nanos.getAsLong())) : Optional.empty();
    }

    private static Instant instant(long epochNanos) {
        return Instant.ofEpochSecond(Math.floorDiv(epochNanos, SECOND), Math.floorMod(epochNanos, SECOND));
    }

    private static long epochNanos(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
    }
}
