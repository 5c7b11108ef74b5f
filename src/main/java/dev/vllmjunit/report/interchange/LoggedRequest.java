package dev.vllmjunit.report.interchange;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * One line of a {@link RequestLog}. Immutable.
 *
 * <p>Names of metrics, each with its unit in the file: AIPerf's {@code time_to_first_token}, {@code request_latency} (to the last
 * output event), {@code inter_token_latency} (request latency without time to first token / (output tokens - 1): vLLM's TPOT), in
 * ms from the moment the request was sent; {@code input_sequence_length}, {@code output_sequence_length},
 * {@code usage_prompt_cache_read_tokens} (prompt tokens the prefill node did not compute), {@code error_isl} (prompt tokens of a
 * failed request). Of this project: {@code client_queue_time} (ms from when the request was due to when it was sent: added to a
 * latency above, it is the latency that the rest of the report shows), {@code transferred_tokens} (prompt tokens offered to
 * decode) and {@code hop_NAME} (ms; with the hops of {@link dev.vllmjunit.evidence.Hop}, which add up to the time to first token
 * from when it was due). A failed request has no latencies.
 *
 * @param index of the request in its run, from 0
 * @param repetition which of the pooled runs, from 1; empty for a single run
 * @param requestId the {@code X-Request-Id}; empty where the file has none
 * @param document what it asked about; empty where the file does not say
 * @param occurrence how many earlier requests asked about the same document; empty where the file does not say
 * @param due when it should have been sent; where the file does not say, when it was
 * @param sent when it was sent
 * @param firstToken when its first output event came; empty when none came, or the file does not say
 * @param end when the response, or the failure, was complete
 * @param metrics by name
 * @param gapsMs gaps between output events in ms: {@code inter_chunk_latency}
 * @param finishReason vLLM's finish reason; empty where the file does not say
 * @param prefillNode that prefilled it; empty where the file does not say
 * @param decodeNode that decoded it; empty where the file does not say
 * @param error why it failed; empty when it succeeded
 */
public record LoggedRequest(
        long index,
        OptionalLong repetition,
        Optional<String> requestId,
        Optional<String> document,
        OptionalLong occurrence,
        Instant due,
        Instant sent,
        Optional<Instant> firstToken,
        Instant end,
        Map<String, Metric> metrics,
        List<Double> gapsMs,
        Optional<String> finishReason,
        Optional<String> prefillNode,
        Optional<String> decodeNode,
        Optional<String> error) {

    /**
     * A figure of one request.
     *
     * @param value in the unit
     * @param unit {@code ms} or {@code tokens}, or another in files of AIPerf
     */
    public record Metric(double value, String unit) {}

    /** Copies the collections. */
    public LoggedRequest {
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        gapsMs = List.copyOf(gapsMs);
    }

    /** Whether it succeeded. */
    public boolean succeeded() {
        return error.isEmpty();
    }

    /** The value of one metric; empty where the line does not have it. */
    public OptionalDouble metric(String name) {
        Metric metric = metrics.get(name);
        return metric == null ? OptionalDouble.empty() : OptionalDouble.of(metric.value());
    }
}
