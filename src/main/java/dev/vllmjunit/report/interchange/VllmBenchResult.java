package dev.vllmjunit.report.interchange;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * A run in the format of {@code vllm bench serve --save-result --save-detailed}: keys, units and definitions are those of
 * {@code vllm/benchmarks/serve.py} of vLLM 0.32.0. Immutable.
 *
 * <p>Definitions differ from those of the rest of the report, so that figures of both tools can be compared:
 * <ul>
 *   <li>a latency counts from the moment the request was sent, not from when it was due. The difference is
 *       {@link VllmRequest#queueTime()}, 0 in a closed loop;
 *   <li>end-to-end latency and time per output token end with the last output event, not with the end of the response;
 *   <li>a failed request has output length 0, latency 0, no text, and a {@code ttft} of 0 unless a token came before it failed;
 *       no figure counts it;
 *   <li>standard deviations divide by n, and percentiles stand there however few the requests are: see {@link VllmLatency};
 *   <li>a pooled result is written as one run: its duration is the sum of its repetitions'.
 * </ul>
 *
 * @param setup what was sent
 * @param totals what came of the run as a whole
 * @param latencies its latencies, those that the file has: all four in files of this project, by default no
 *     {@link Latency#END_TO_END} in vLLM's
 * @param requests each request; empty when the file was written without {@code --save-detailed}
 */
public record VllmBenchResult(
        VllmBenchSetup setup, VllmBenchTotals totals, Map<Latency, VllmLatency> latencies, List<VllmRequest> requests) {

    /** Copies the collections. */
    public VllmBenchResult {
        Map<Latency, VllmLatency> copy = new EnumMap<>(Latency.class);
        copy.putAll(latencies);
        latencies = Collections.unmodifiableMap(copy);
        requests = List.copyOf(requests);
    }

    /**
     * A run of this project as vLLM would have written it.
     *
     * @param schedule what was planned: the arrivals, and prompt tokens where the server did not count them
     */
    public static VllmBenchResult of(BenchmarkResult result, Schedule schedule) {
        List<VllmRequest> requests = requests(result, schedule);
        Map<Latency, VllmLatency> latencies = new EnumMap<>(Latency.class);
        for (Latency latency : Latency.values()) {
            latencies.put(latency, VllmLatency.ofSeconds(seconds(requests, latency)));
        }
        return new VllmBenchResult(
                VllmBenchSetup.of(result, schedule), VllmBenchTotals.of(result, requests), latencies, requests);
    }

    /**
     * Reads a file that {@code vllm bench serve --save-result} wrote, or this project. Keys that are not known do not matter.
     *
     * @throws UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException naming the key if one that every such file has is missing, or one is of another type
     */
    public static VllmBenchResult read(Path file) {
        Fields fields = Fields.parse(file.toString(), "one result of vllm bench serve --save-result", text(file));
        return new VllmBenchResult(
                VllmBenchSetup.read(fields),
                VllmBenchTotals.read(fields),
                readLatencies(fields),
                RequestColumns.read(fields));
    }

    /**
     * One latency's figures.
     *
     * @throws IllegalStateException if the file does not have them
     */
    public VllmLatency latency(Latency latency) {
        VllmLatency figures = latencies.get(latency);
        if (figures == null) {
            throw new IllegalStateException("the result of " + setup.date() + " has no mean_" + latency.vllmName()
                    + "_ms; have it written with vllm bench serve --percentile-metrics ttft,tpot,itl,e2el");
        }
        return figures;
    }

    /**
     * The same with the rate of requests that met every bound, as vLLM has it of {@code --goodput}: times count from the send, an equal
     * value meets its bound, a single output token takes no time after the first. The bounds stand in the metadata as {@code goodput}.
     *
     * @throws IllegalStateException if the file does not have each request with its latency
     */
    public VllmBenchResult withGoodput(Slo slo) {
        if (requests.isEmpty()
                || requests.stream().anyMatch(request -> request.latency().isEmpty())) {
            throw new IllegalStateException(
                    "the result of " + setup.date() + " does not have the latency of each request;"
                            + " have it written with vllm bench serve --save-detailed of vLLM 0.32 or later");
        }
        long met = requests.stream().filter(request -> meets(request, slo)).count();
        return new VllmBenchResult(
                setup.with("goodput", slo.goodputArguments()), totals.withGood(met), latencies, requests);
    }

    private static boolean meets(VllmRequest request, Slo slo) {
        return request.succeeded()
                && slo.bounds().entrySet().stream().allMatch(bound -> seconds(request, bound.getKey())
                        .allMatch(value -> value <= bound.getValue().toNanos() / 1e9));
    }

    /** By key, in vLLM's order; a map that JSON can be written from. */
    public Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        setup.write(json);
        totals.write(json);
        if (!requests.isEmpty()) {
            RequestColumns.write(requests, json);
        }
        latencies.forEach((latency, figures) -> figures.write(json, latency.vllmName()));
        return json;
    }

    private static List<VllmRequest> requests(BenchmarkResult result, Schedule schedule) {
        Map<Integer, PlannedRequest> planned = new LinkedHashMap<>();
        schedule.requests().forEach(request -> planned.put(request.index(), request));
        long origin = result.requests().stream()
                .mapToLong(RequestRecord::intendedNanos)
                .min()
                .orElse(0);
        return result.requests().stream()
                .map(request -> {
                    PlannedRequest plan = planned.get(request.index());
                    return VllmRequest.of(request, plan == null ? 0 : plan.promptTokens(), origin);
                })
                .toList();
    }

    private static double[] seconds(List<VllmRequest> requests, Latency latency) {
        return requests.stream()
                .filter(VllmRequest::succeeded)
                .flatMapToDouble(request -> seconds(request, latency))
                .toArray();
    }

    private static DoubleStream seconds(VllmRequest request, Latency latency) {
        double endToEnd = request.latency().orElseThrow();
        return switch (latency) {
            case TTFT -> DoubleStream.of(request.ttft());
            case TPOT ->
                request.outputLen() < 2
                        ? DoubleStream.empty()
                        : DoubleStream.of((endToEnd - request.ttft()) / (request.outputLen() - 1));
            case ITL -> request.itls().stream().mapToDouble(Double::doubleValue);
            case END_TO_END -> DoubleStream.of(endToEnd);
        };
    }

    private static Map<Latency, VllmLatency> readLatencies(Fields fields) {
        Map<Latency, VllmLatency> latencies = new EnumMap<>(Latency.class);
        for (Latency latency : Latency.values()) {
            if (fields.has("mean_" + latency.vllmName() + "_ms")) {
                latencies.put(latency, VllmLatency.read(fields, latency.vllmName()));
            }
        }
        return latencies;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the vllm bench serve result " + file, e);
        }
    }
}
