package dev.vllmjunit.evidence;

import java.util.Map;

/**
 * From counter deltas to token account and transfer totals. The names are vLLM 0.32's and the LMCache server's 0.5; hit rates
 * are read on the prefill side, because a decode node counts every NIXL pull as an external prefix cache hit.
 */
public final class TokenAccounting {

    private static final String BY_SOURCE = "vllm:prompt_tokens_by_source_total";
    private static final String CACHED_BY_SOURCE = "vllm:prompt_tokens_cached_by_source_total";

    private TokenAccounting() {}

    /** Where prompt tokens came from during {@code delta}. */
    public static TokenAccount tokens(StackMetrics delta) {
        long external = delta.prefillSum(BY_SOURCE, Map.of("source", "external_kv_transfer"));
        long s3 = Math.min(external, fromObjectStore(delta));
        return new TokenAccount(
                delta.prefillSum("vllm:prompt_tokens_total", Map.of()),
                delta.prefillSum(BY_SOURCE, Map.of("source", "local_compute")),
                delta.prefillSum(BY_SOURCE, Map.of("source", "local_cache_hit")),
                external - s3,
                s3,
                delta.decodeSum(BY_SOURCE, Map.of("source", "external_kv_transfer")),
                delta.decodeSum(BY_SOURCE, Map.of("source", "local_compute")),
                delta.decodeSum("vllm:generation_tokens_total", Map.of()));
    }

    /** KV transfers during {@code delta}, as the decode nodes and, for expired leases, the prefill nodes counted them. */
    public static TransferTotals transfers(StackMetrics delta) {
        return new TransferTotals(
                delta.decodeSum("vllm:nixl_xfer_time_seconds_count", Map.of()),
                delta.decodeSum("vllm:nixl_bytes_transferred_sum", Map.of()),
                delta.decode().values().stream()
                        .mapToDouble(node -> node.sum("vllm:nixl_xfer_time_seconds_sum"))
                        .sum(),
                delta.decodeSum("vllm:nixl_num_failed_transfers_total", Map.of()),
                delta.prefillSum("vllm:nixl_num_kv_expired_reqs_total", Map.of())
                        + delta.prefillSum("vllm:nixl_num_notifications_after_expiry_total", Map.of()));
    }

    /** Whether the stack can tell host memory from object store at all. */
    public static boolean tellsTiersApart(StackMetrics metrics) {
        return metrics.cacheServer().isPresent()
                || metrics.prefill().values().stream()
                        .anyMatch(node -> node.has("vllm:kv_offload_tiering_chunk_hits_total"));
    }

    private static long fromObjectStore(StackMetrics delta) {
        long tiering = delta.prefillSum(CACHED_BY_SOURCE, Map.of("source", "disk"));
        long server = delta.cacheServer()
                .map(metrics -> Math.round(metrics.sum("lmcache_mp_lookup_hit_l2_tokens_total")))
                .orElse(0L);
        return tiering + server;
    }
}
