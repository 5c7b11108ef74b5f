package dev.vllmjunit.engine.core;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/** Latencies and sizes of requests. Thread-safe. */
final class LatencyMetrics {

    private static final double NANOS = 1e9;

    private final DistributionDataPoint firstToken;
    private final DistributionDataPoint interToken;
    private final DistributionDataPoint perOutputToken;
    private final DistributionDataPoint endToEnd;
    private final DistributionDataPoint queue;
    private final DistributionDataPoint inference;
    private final DistributionDataPoint prefill;
    private final DistributionDataPoint decode;
    private final DistributionDataPoint promptTokens;
    private final DistributionDataPoint generationTokens;
    private final DistributionDataPoint computedTokens;
    private final DistributionDataPoint maxTokens;
    private final DistributionDataPoint preemptions;

    LatencyMetrics(MetricFamilies families, int maxModelLength) {
        double[] tokens = MetricBuckets.tokens(maxModelLength);
        firstToken = families.histogram(
                "vllm:time_to_first_token_seconds", "Time to first token in seconds.", MetricBuckets.FIRST_TOKEN);
        interToken = families.histogram(
                "vllm:inter_token_latency_seconds", "Inter-token latency in seconds.", MetricBuckets.PER_TOKEN);
        perOutputToken = families.histogram(
                "vllm:request_time_per_output_token_seconds",
                "Time per output token of a request in seconds.",
                MetricBuckets.PER_TOKEN);
        endToEnd = request(families, "e2e_request_latency", "End to end request latency");
        queue = request(families, "request_queue_time", "Time spent in WAITING phase");
        inference = request(families, "request_inference_time", "Time spent in RUNNING phase");
        prefill = request(families, "request_prefill_time", "Time spent in PREFILL phase");
        decode = request(families, "request_decode_time", "Time spent in DECODE phase");
        promptTokens = families.histogram("vllm:request_prompt_tokens", "Prefill tokens of a request.", tokens);
        generationTokens =
                families.histogram("vllm:request_generation_tokens", "Generated tokens of a request.", tokens);
        computedTokens = families.histogram(
                "vllm:request_prefill_kv_computed_tokens",
                "New KV tokens computed during prefill, without cached ones.",
                tokens);
        maxTokens = families.histogram("vllm:request_params_max_tokens", "The max_tokens request parameter.", tokens);
        preemptions = families.histogram(
                "vllm:request_num_preemptions", "Preemptions of a request.", MetricBuckets.PREEMPTIONS);
    }

    void firstToken(double seconds) {
        firstToken.observe(seconds);
    }

    void interToken(double seconds) {
        interToken.observe(seconds);
    }

    void finished(Sequence sequence, long now) {
        RequestTimes times = sequence.times();
        endToEnd.observe((now - times.arrival()) / NANOS);
        queue.observe(times.queueNanos() / NANOS);
        prefill.observe(times.prefillNanos() / NANOS);
        decode.observe(times.decodeNanos() / NANOS);
        inference.observe((times.prefillNanos() + times.decodeNanos()) / NANOS);
        perOutputToken.observe(times.decodeNanos() / NANOS / Math.max(1, sequence.outputs() - 1));
        promptTokens.observe(sequence.promptLength());
        generationTokens.observe(sequence.outputs());
        computedTokens.observe(sequence.promptLength() - notComputed(sequence));
        maxTokens.observe(sequence.request().maxTokens());
        preemptions.observe(sequence.preemptions());
    }

    /** As in vLLM, a decode node takes what prefill says of the prompt it pulls. */
    private static int notComputed(Sequence sequence) {
        return sequence.request()
                .remoteKv()
                .map(RemoteKv::cachedTokens)
                .orElse(sequence.sources().cached());
    }

    private static DistributionDataPoint request(MetricFamilies families, String name, String what) {
        return families.histogram("vllm:" + name + "_seconds", what + " in seconds.", MetricBuckets.REQUEST);
    }
}
