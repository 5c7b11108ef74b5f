package dev.vllmjunit.agreement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.StackMetrics;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.evidence.TokenAccounting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What one request of the trace did to every counter of tokens, by name. */
record Row(String request, Map<String, Long> counters) {

    private static final List<String> SOURCES = List.of("local_compute", "local_cache_hit", "external_kv_transfer");
    private static final List<String> CACHED = List.of("device", "host", "p2p", "disk", "external_unspecified");
    private static final List<String> NODE = List.of(
            "vllm:prompt_tokens_total",
            "vllm:generation_tokens_total",
            "vllm:prompt_tokens_cached_total",
            "vllm:prefix_cache_queries_total",
            "vllm:prefix_cache_hits_total",
            "vllm:external_prefix_cache_queries_total",
            "vllm:external_prefix_cache_hits_total",
            "vllm:request_prompt_tokens_sum",
            "vllm:request_prefill_kv_computed_tokens_sum",
            "vllm:nixl_bytes_transferred_sum",
            "vllm:nixl_bytes_transferred_count");
    private static final List<String> CACHE_SERVER = List.of(
            "lookups_requests",
            "lookup_requested_tokens",
            "lookup_hit_tokens",
            "lookup_hit_l1_tokens",
            "lookup_hit_l2_tokens",
            "lookup_hit_l1_keys",
            "lookup_hit_l2_keys",
            "l2_prefetch_load_completed_chunks",
            "l2_store_completed_objects_chunks");

    static Row of(String request, StackMetrics delta, JsonNode answer) {
        Map<String, Long> counters = counters(delta);
        JsonNode usage = answer.path("usage");
        counters.put("usage: prompt tokens", usage.path("prompt_tokens").asLong());
        counters.put(
                "usage: cached tokens",
                usage.path("prompt_tokens_details").path("cached_tokens").asLong());
        counters.put("usage: completion tokens", usage.path("completion_tokens").asLong());
        return new Row(request, counters);
    }

    static Map<String, Long> counters(StackMetrics delta) {
        Map<String, Long> counters = new LinkedHashMap<>();
        account(counters, TokenAccounting.tokens(delta));
        delta.prefill().values().forEach(node -> node("prefill", node, counters));
        delta.decode().values().forEach(node -> node("decode", node, counters));
        delta.cacheServer()
                .ifPresent(server -> CACHE_SERVER.forEach(name ->
                        counters.put("LMCache: " + name, Math.round(server.sum("lmcache_mp_" + name + "_total")))));
        return counters;
    }

    private static void account(Map<String, Long> counters, TokenAccount account) {
        counters.put("prompt", account.prompt());
        counters.put("computed", account.computed());
        counters.put("device", account.device());
        counters.put("host", account.host());
        counters.put("S3", account.s3());
        counters.put("pulled", account.pulled());
        counters.put("computed by decode", account.decodeComputed());
        counters.put("generated", account.generated());
    }

    private static void node(String role, MetricsSnapshot node, Map<String, Long> counters) {
        NODE.forEach(name -> counters.put(role + " " + name, Math.round(node.sum(name))));
        SOURCES.forEach(source -> counters.put(
                role + " by source " + source,
                Math.round(node.sum("vllm:prompt_tokens_by_source_total", Map.of("source", source)))));
        CACHED.forEach(source -> counters.put(
                role + " cached by source " + source,
                Math.round(node.sum("vllm:prompt_tokens_cached_by_source_total", Map.of("source", source)))));
    }

    /** Counters that another stack counts otherwise, in words. */
    List<String> differences(Row other) {
        return counters.keySet().stream()
                .filter(name -> !Objects.equals(counters.get(name), other.counters.get(name)))
                .map(name -> name + " is " + counters.get(name) + " here, " + other.counters.get(name) + " there")
                .toList();
    }
}
