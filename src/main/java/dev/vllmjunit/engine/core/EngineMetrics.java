package dev.vllmjunit.engine.core;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.List;
import java.util.Map;

/**
 * What an engine counts, under vLLM 0.32's names and at vLLM's moments: cache hits when a request is admitted (so also for loads that
 * then fail), prompt tokens by source when its first token is there, latencies when they are over. Thread-safe.
 */
final class EngineMetrics {

    private static final double NANOS = 1e9;

    private final MetricFamilies families;
    private final TransferMetrics transfers;
    private final LatencyMetrics latencies;

    private final CounterDataPoint promptTokens;
    private final CounterDataPoint promptTokensCached;
    private final CounterDataPoint generationTokens;
    private final CounterDataPoint queries;
    private final CounterDataPoint hits;
    private final CounterDataPoint externalQueries;
    private final CounterDataPoint externalHits;
    private final CounterDataPoint preemptions;
    private final Map<String, CounterDataPoint> bySource;
    private final Map<String, CounterDataPoint> cachedBySource;
    private final Map<String, CounterDataPoint> finished;
    private final DistributionDataPoint iterationTokens;

    private volatile double running;
    private volatile double waiting;
    private volatile double usage;

    EngineMetrics(EngineConfig config) {
        families = new MetricFamilies(config.model().id());
        transfers = new TransferMetrics(families);
        latencies = new LatencyMetrics(families, config.model().maxModelLength());
        promptTokens = families.counter("vllm:prompt_tokens", "Number of prefill tokens processed.");
        promptTokensCached = families.counter("vllm:prompt_tokens_cached", "Number of cached prompt tokens.");
        generationTokens = families.counter("vllm:generation_tokens", "Number of generation tokens processed.");
        queries = families.counter("vllm:prefix_cache_queries", "Prefix cache queries, in number of queried tokens.");
        hits = families.counter("vllm:prefix_cache_hits", "Prefix cache hits, in number of cached tokens.");
        externalQueries = families.counter(
                "vllm:external_prefix_cache_queries", "External prefix cache queries, in number of queried tokens.");
        externalHits = families.counter(
                "vllm:external_prefix_cache_hits", "External prefix cache hits, in number of cached tokens.");
        preemptions = families.counter("vllm:num_preemptions", "Number of preemptions.");
        bySource = families.counters(
                "vllm:prompt_tokens_by_source",
                "Number of prompt tokens by source.",
                "source",
                List.of("local_compute", "local_cache_hit", "external_kv_transfer"));
        cachedBySource = families.counters(
                "vllm:prompt_tokens_cached_by_source",
                "Number of cached prompt tokens by the tier that supplied them.",
                "source",
                List.of("device", "host", "p2p", "disk", "external_unspecified"));
        finished = families.counters(
                "vllm:request_success",
                "Count of finished requests by reason.",
                "finished_reason",
                List.of("stop", "length", "abort", "error", "repetition"));
        iterationTokens = families.histogram(
                "vllm:iteration_tokens_total", "Number of tokens per engine step.", MetricBuckets.ITERATION_TOKENS);
        gauges(config);
    }

    TransferMetrics transfers() {
        return transfers;
    }

    /** A request was given its blocks for the first time. */
    void admitted(Sequence sequence, int localTokens, int externalTokens, String externalSource) {
        queries.inc(sequence.count());
        hits.inc(localTokens);
        series(cachedBySource, "device").inc(localTokens);
        externalQueries.inc(sequence.count() - localTokens);
        externalHits.inc(externalTokens);
        series(cachedBySource, externalSource).inc(externalTokens);
    }

    void preempted() {
        preemptions.inc();
    }

    /** A token was sampled; {@code now} is when its step was over. Must come before the sequence's times know of it. */
    void token(Sequence sequence, long now) {
        generationTokens.inc();
        if (sequence.times().hasToken()) {
            latencies.interToken((now - sequence.times().lastToken()) / NANOS);
        } else {
            latencies.firstToken((now - sequence.times().arrival()) / NANOS);
            prompt(sequence);
        }
    }

    /** A step brought out so many tokens: those it sampled and, with a first one, the computed ones of its prompt, whichever step did it. */
    void step(int tokens) {
        iterationTokens.observe(tokens);
    }

    void finished(String reason, Sequence sequence, long now) {
        series(finished, reason).inc();
        latencies.finished(sequence, now);
    }

    /** A request came to nothing. */
    void failed() {
        series(finished, "error").inc();
    }

    /** What the gauges show from now on. */
    void levels(int runningRequests, int waitingRequests, double cacheUsage) {
        running = runningRequests;
        waiting = waitingRequests;
        usage = cacheUsage;
    }

    String scrape() {
        return families.scrape();
    }

    private void prompt(Sequence sequence) {
        PromptSources sources = sequence.sources();
        promptTokens.inc(sequence.promptLength());
        promptTokensCached.inc(sources.cached());
        series(bySource, "local_compute").inc(sequence.promptLength() - sources.cached());
        series(bySource, "local_cache_hit").inc(sources.local());
        series(bySource, "external_kv_transfer").inc(sources.external());
    }

    private void gauges(EngineConfig config) {
        families.gauge("vllm:num_requests_running", "Number of requests in model execution batches.", () -> running);
        families.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", () -> waiting);
        families.gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", () -> usage);
        families.info(
                "vllm:cache_config_info",
                "Information of the LLMEngine CacheConfig",
                Map.of(
                        "block_size", String.valueOf(config.blockSize()),
                        "num_gpu_blocks", String.valueOf(config.blocks()),
                        "kv_cache_size_tokens", String.valueOf((long) config.blocks() * config.blockSize()),
                        "cache_dtype", "auto",
                        "enable_prefix_caching", "True"));
    }

    private static CounterDataPoint series(Map<String, CounterDataPoint> family, String value) {
        CounterDataPoint series = family.get(value);
        if (series == null) {
            throw new IllegalArgumentException("no series for " + value + "; there are " + family.keySet());
        }
        return series;
    }
}
