package dev.vllmjunit.report.interchange;

import dev.vllmjunit.evidence.BenchmarkResult;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run as a whole, as {@code vllm bench serve} writes it. Rates are per second of the duration. Immutable.
 *
 * @param duration first request to last answer, in seconds
 * @param completed successful requests
 * @param failed the others
 * @param totalInputTokens prompt tokens of successful requests
 * @param totalOutputTokens output tokens of successful requests
 * @param requestThroughput successful requests per second
 * @param requestGoodput those within the objectives of {@code --goodput}, per second; empty without objectives: in files of this
 *     project, where no test held the run against an SLO
 * @param outputThroughput output tokens per second
 * @param totalTokenThroughput prompt and output tokens per second
 * @param maxOutputTokensPerS most output events in one second of the run; empty in files of a vLLM that did not write it
 * @param maxConcurrentRequests most requests under way within one second of the run; empty likewise
 */
public record VllmBenchTotals(
        double duration,
        long completed,
        long failed,
        long totalInputTokens,
        long totalOutputTokens,
        double requestThroughput,
        OptionalDouble requestGoodput,
        double outputThroughput,
        double totalTokenThroughput,
        OptionalDouble maxOutputTokensPerS,
        OptionalLong maxConcurrentRequests) {

    static VllmBenchTotals of(BenchmarkResult result, List<VllmRequest> requests) {
        double duration = result.duration().toNanos() / 1e9;
        List<VllmRequest> succeeded =
                requests.stream().filter(VllmRequest::succeeded).toList();
        long input = succeeded.stream().mapToLong(VllmRequest::inputLen).sum();
        long output = succeeded.stream().mapToLong(VllmRequest::outputLen).sum();
        PeakLoad peak = PeakLoad.of(requests);
        return new VllmBenchTotals(
                duration,
                succeeded.size(),
                requests.size() - succeeded.size(),
                input,
                output,
                succeeded.size() / duration,
                OptionalDouble.empty(),
                output / duration,
                (input + output) / duration,
                OptionalDouble.of(peak.tokensPerSecond()),
                OptionalLong.of(peak.requests()));
    }

    /** The same with so many requests within the objectives. */
    VllmBenchTotals withGood(long requests) {
        return new VllmBenchTotals(
                duration,
                completed,
                failed,
                totalInputTokens,
                totalOutputTokens,
                requestThroughput,
                OptionalDouble.of(requests / duration),
                outputThroughput,
                totalTokenThroughput,
                maxOutputTokensPerS,
                maxConcurrentRequests);
    }

    /** Files of older versions of vLLM do not say how many failed. */
    static VllmBenchTotals read(Fields fields) {
        long completed = fields.count("completed");
        return new VllmBenchTotals(
                fields.number("duration"),
                completed,
                fields.optionalCount("failed").orElseGet(() -> fields.count("num_prompts") - completed),
                fields.count("total_input_tokens"),
                fields.count("total_output_tokens"),
                fields.number("request_throughput"),
                fields.optionalNumber("request_goodput"),
                fields.number("output_throughput"),
                fields.number("total_token_throughput"),
                fields.optionalNumber("max_output_tokens_per_s"),
                fields.optionalCount("max_concurrent_requests"));
    }

    /** With the real-time factor of speech, which vLLM gives for any run. */
    void write(Map<String, @Nullable Object> json) {
        json.put("duration", duration);
        json.put("completed", completed);
        json.put("failed", failed);
        json.put("total_input_tokens", totalInputTokens);
        json.put("total_output_tokens", totalOutputTokens);
        json.put("request_throughput", requestThroughput);
        json.put("request_goodput", requestGoodput.isPresent() ? requestGoodput.getAsDouble() : null);
        json.put("output_throughput", outputThroughput);
        json.put("total_token_throughput", totalTokenThroughput);
        maxOutputTokensPerS.ifPresent(value -> json.put("max_output_tokens_per_s", value));
        maxConcurrentRequests.ifPresent(value -> json.put("max_concurrent_requests", value));
        json.put("rtfx", 0.0);
    }
}
