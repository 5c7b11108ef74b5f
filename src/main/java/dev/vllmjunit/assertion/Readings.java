package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Tier;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.topology.Topology;
import java.util.Locale;
import java.util.Map;

/** The figures of a result that are not statistics of a latency. */
final class Readings {

    private static final String TIERED_LOADS = "vllm:kv_offload_load_size_count";

    private Readings() {}

    static Reading throughput() {
        return new PerRun((result, confidence) -> {
            requireRequests(result, "throughput");
            return Figure.of("throughput", result.throughput(), Unit.THROUGHPUT, requests(result));
        });
    }

    static Reading totalTime() {
        return new PerRun((result, confidence) -> {
            requireRequests(result, "total time");
            return Figure.of("total time", (double) result.duration().toNanos(), Unit.TIME, requests(result));
        });
    }

    static Reading computeSavings() {
        return (result, confidence) -> share(
                result,
                "compute savings",
                result.tokens().prompt() - result.tokens().computed());
    }

    static Reading computedTokens() {
        return new PerRun((result, confidence) -> Figure.of(
                "computed prompt tokens", (double) result.tokens().computed(), Unit.TOKENS, promptTokens(result)));
    }

    static Reading tokensComputedByDecode() {
        return new PerRun((result, confidence) -> Figure.of(
                "prompt tokens computed by the decode nodes",
                (double) result.tokens().decodeComputed(),
                Unit.TOKENS,
                promptTokens(result)));
    }

    static Reading cacheHitRate() {
        return (result, confidence) -> {
            TokenAccount tokens = result.tokens();
            long hits = tokens.device() + tokens.host() + tokens.s3();
            return share(result, "cache hit rate of the prefill nodes", hits);
        };
    }

    static Reading cacheHitRate(Tier tier) {
        return (result, confidence) -> {
            requireTold(result, tier);
            return share(
                    result,
                    "cache hit rate of the prefill nodes from " + tier,
                    result.tokens().of(tier));
        };
    }

    static Reading transferBytes() {
        return new PerRun((result, confidence) -> Figure.of(
                "bytes of KV cache transferred", (double) result.transfers().bytes(), Unit.BYTES, transfers(result)));
    }

    static Reading transfers() {
        return new PerRun((result, confidence) -> Figure.of(
                "number of KV transfers", (double) result.transfers().count(), Unit.TRANSFERS, requests(result)));
    }

    /** By the writer's own count: the cache server's, or vLLM's where it tiers itself. */
    static Reading meanObjectLoadTime() {
        return new PerRun((result, confidence) ->
                prefill(result, TIERED_LOADS) > 0 ? meanTieredLoadTime(result) : meanServerLoadTime(result));
    }

    /** Time of all reads from S3 by the prompts that were loaded. */
    private static Figure meanTieredLoadTime(BenchmarkResult result) {
        double loads = prefill(result, TIERED_LOADS);
        double seconds = prefill(result, "vllm:kv_offload_tiering_read_time_total");
        if (seconds == 0) {
            throw invalid(result, "the prefill nodes counted no load from the object store");
        }
        return Figure.of("mean time of a load from S3", seconds * 1e9 / loads, Unit.TIME, (long) loads + " loads");
    }

    private static double prefill(BenchmarkResult result, String name) {
        return result.metrics().entrySet().stream()
                .filter(entry ->
                        entry.getKey().startsWith("prefill-") && entry.getKey().contains("/" + name + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /**
     * From the cache server's own throughput of each load and the chunks it loaded: exact where the loads are of one size, as those
     * of documents of one length are.
     */
    private static Figure meanServerLoadTime(BenchmarkResult result) {
        double loads = cacheServer(result, "lmcache_mp_l2_load_throughput_GB_per_second_count");
        double chunks = cacheServer(result, "lmcache_mp_l2_prefetch_load_completed_chunks_total");
        double throughput = cacheServer(result, "lmcache_mp_l2_load_throughput_GB_per_second_sum");
        if (loads == 0 || throughput == 0) {
            throw invalid(result, "the cache server counted no load from the object store");
        }
        Topology topology = result.conditions().topology();
        double bytes =
                chunks / loads * topology.cacheChunkTokens() * topology.model().kvBytesPerToken();
        return Figure.of(
                "mean time of a load from S3", bytes / (throughput / loads), Unit.TIME, (long) loads + " loads");
    }

    private static double cacheServer(BenchmarkResult result, String name) {
        return result.metrics().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("cache-server/" + name + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    static Reading meanTransferTime() {
        return new PerRun((result, confidence) -> {
            long count = result.transfers().count();
            if (count == 0) {
                throw invalid(result, "the decode nodes counted no KV transfer, so there is no mean time of one");
            }
            double nanos = result.transfers().seconds() * 1e9 / count;
            return Figure.of("mean time of a KV transfer", nanos, Unit.TIME, transfers(result));
        });
    }

    private static Figure share(BenchmarkResult result, String name, long tokens) {
        FaultReadings.requireCounters(result);
        if (result.tokens().prompt() == 0) {
            throw invalid(result, "the prefill nodes counted no prompt token, so there is no " + name);
        }
        double percent = 100.0 * tokens / result.tokens().prompt();
        int runs = result.runs().size();
        return Figure.of(
                name, percent, Unit.SHARE, promptTokens(result) + (runs == 1 ? "" : " of " + runs + " repetitions"));
    }

    private static void requireRequests(BenchmarkResult result, String name) {
        if (result.succeeded().isEmpty()) {
            throw invalid(result, "no request was answered, so there is no " + name);
        }
    }

    /** Tokens of an unknown outer tier are counted as the host's: they tell of host and S3 only where one of both is proven. */
    private static void requireTold(BenchmarkResult result, Tier tier) {
        TokenAccount tokens = result.tokens();
        boolean told = tier == Tier.DEVICE
                || tokens.host() == 0
                || tokens.s3() > 0
                || result.metrics().keySet().stream()
                        .anyMatch(key -> key.startsWith("cache-server/") || key.contains("vllm:kv_offload_tiering_"));
        if (!told) {
            throw invalid(
                    result,
                    "the cache hit rate from " + tier
                            + " was asked of a stack that does not tell host memory from object"
                            + " store; give the profile the cache server's metrics (vllm.attach.cache-server), or assert"
                            + " the cache hit rate of all tiers");
        }
    }

    static InvalidRunException invalid(BenchmarkResult result, String detail) {
        return new InvalidRunException(
                InvalidReason.NOT_OBSERVABLE, detail + Message.measuredUnder(result.conditions()));
    }

    private static String requests(BenchmarkResult result) {
        return count(result.succeeded().size(), "requests");
    }

    private static String transfers(BenchmarkResult result) {
        return count(result.transfers().count(), "transfers");
    }

    private static String promptTokens(BenchmarkResult result) {
        return count(result.tokens().prompt(), "prompt tokens");
    }

    private static String count(long count, String what) {
        return String.format(Locale.ROOT, "%,d %s", count, what);
    }
}
