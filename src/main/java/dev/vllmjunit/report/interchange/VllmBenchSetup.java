package dev.vllmjunit.report.interchange;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.Schedule;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was sent, as {@code vllm bench serve} writes it. Immutable.
 *
 * @param date local time of the start, {@code yyyyMMdd-HHmmss}
 * @param backend kind of endpoint, {@code openai} for completions
 * @param label what the run is called; empty where none was given
 * @param modelId the model
 * @param tokenizerId whose tokens the prompts were counted in; empty with {@code --skip-tokenizer-init}
 * @param numPrompts requests of the run, failed ones included
 * @param requestRate requests per second; infinite in a closed loop
 * @param burstiness shape of the gamma distribution of the gaps: 1 is a Poisson process, infinite a constant rate
 * @param maxConcurrency most requests under way at a time; empty without a bound
 * @param metadata other texts of the file by key: what {@code --metadata} gave it. Files of this project have the run's facts
 *     there, and {@code workload}, {@code cache_state}, {@code profile}, {@code topology}, {@code stack}, {@code times}
 *     ({@code modelled} or {@code measured}), {@code num_gpus} (accelerators of all nodes), {@code goodput} (the bounds behind
 *     {@code request_goodput}, where there is one) and, unless the run is valid, {@code invalid_because}
 */
public record VllmBenchSetup(
        String date,
        String backend,
        Optional<String> label,
        String modelId,
        Optional<String> tokenizerId,
        long numPrompts,
        double requestRate,
        double burstiness,
        OptionalLong maxConcurrency,
        Map<String, String> metadata) {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    /** Texts that are no metadata. */
    private static final Set<String> KNOWN = Set.of(
            "date", "endpoint_type", "backend", "label", "model_id", "tokenizer_id", "request_rate", "burstiness");

    /** Copies the metadata. */
    public VllmBenchSetup {
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    static VllmBenchSetup of(BenchmarkResult result, Schedule schedule) {
        RunConditions conditions = result.conditions();
        Arrivals arrivals = schedule.arrivals();
        String model = conditions.topology().model().id();
        return new VllmBenchSetup(
                DATE.withZone(ZoneId.systemDefault()).format(conditions.startedAt()),
                "openai",
                Optional.of(conditions.workload() + ", " + conditions.cacheState()),
                model,
                Optional.of(model),
                result.requests().size(),
                requestRate(arrivals),
                arrivals instanceof Arrivals.ConstantRate ? Double.POSITIVE_INFINITY : 1,
                arrivals instanceof Arrivals.ClosedLoop closed
                        ? OptionalLong.of(closed.concurrency())
                        : OptionalLong.empty(),
                metadata(result));
    }

    /** The same with a further text in the metadata. */
    VllmBenchSetup with(String key, String text) {
        Map<String, String> more = new TreeMap<>(metadata);
        more.put(key, text);
        return new VllmBenchSetup(
                date, backend, label, modelId, tokenizerId, numPrompts, requestRate, burstiness, maxConcurrency, more);
    }

    private static double requestRate(Arrivals arrivals) {
        if (arrivals instanceof Arrivals.ConstantRate constant) {
            return constant.requestsPerSecond();
        }
        return arrivals instanceof Arrivals.Poisson poisson ? poisson.requestsPerSecond() : Double.POSITIVE_INFINITY;
    }

    private static Map<String, String> metadata(BenchmarkResult result) {
        RunConditions conditions = result.conditions();
        Map<String, String> metadata = new TreeMap<>(conditions.facts());
        metadata.put("workload", conditions.workload());
        metadata.put("cache_state", conditions.cacheState().name());
        metadata.put("profile", conditions.topology().profile());
        metadata.put("topology", conditions.topology().describe());
        metadata.put("stack", conditions.stack());
        metadata.put("times", conditions.modelled() ? "modelled" : "measured");
        metadata.put(
                "num_gpus",
                String.valueOf(conditions.topology().nodes().stream()
                        .mapToInt(NodeSpec::tensorParallelism)
                        .sum()));
        if (!result.problems().isEmpty()) {
            metadata.put(
                    "invalid_because",
                    result.problems().stream()
                            .map(Problem::reason)
                            .distinct()
                            .map(String::valueOf)
                            .collect(Collectors.joining(", ")));
        }
        return metadata;
    }

    static VllmBenchSetup read(Fields fields) {
        return new VllmBenchSetup(
                fields.text("date"),
                fields.optionalText("backend").orElseGet(() -> fields.text("endpoint_type")),
                fields.optionalText("label"),
                fields.text("model_id"),
                fields.optionalText("tokenizer_id"),
                fields.count("num_prompts"),
                fields.number("request_rate"),
                fields.optionalNumber("burstiness").orElse(1),
                fields.optionalCount("max_concurrency"),
                otherTexts(fields));
    }

    private static Map<String, String> otherTexts(Fields fields) {
        Map<String, String> texts = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : fields.all()) {
            if (entry.getValue().isTextual() && !KNOWN.contains(entry.getKey())) {
                texts.put(entry.getKey(), entry.getValue().textValue());
            }
        }
        return texts;
    }

    /** Metadata first, so that it takes the place of nothing. */
    void write(Map<String, @Nullable Object> json) {
        json.putAll(metadata);
        json.put("date", date);
        json.put("endpoint_type", backend);
        json.put("backend", backend);
        json.put("label", label.orElse(null));
        json.put("model_id", modelId);
        json.put("tokenizer_id", tokenizerId.orElse(null));
        json.put("num_prompts", numPrompts);
        json.put("request_rate", orInf(requestRate));
        json.put("burstiness", orInf(burstiness));
        json.put("max_concurrency", maxConcurrency.isPresent() ? maxConcurrency.getAsLong() : null);
    }

    /** As vLLM writes an endless rate: JSON has no number for it. */
    private static Object orInf(double value) {
        return Double.isInfinite(value) ? "inf" : value;
    }
}
