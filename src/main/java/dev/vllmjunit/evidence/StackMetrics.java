package dev.vllmjunit.evidence;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Scrapes of every part of a stack, or the difference of two.
 *
 * @param prefill by node name
 * @param decode by node name
 * @param cacheServer the KV cache server's, if there is one
 */
public record StackMetrics(
        Map<String, MetricsSnapshot> prefill,
        Map<String, MetricsSnapshot> decode,
        Optional<MetricsSnapshot> cacheServer) {

    /** Copies the maps. */
    public StackMetrics {
        prefill = Map.copyOf(prefill);
        decode = Map.copyOf(decode);
    }

    /** These scrapes less earlier ones of the same stack. */
    public StackMetrics minus(StackMetrics earlier) {
        return new StackMetrics(
                minus(prefill, earlier.prefill),
                minus(decode, earlier.decode),
                cacheServer.map(now -> earlier.cacheServer.map(now::minus).orElse(now)));
    }

    /** Sum over the prefill nodes. */
    public long prefillSum(String name, Map<String, String> labels) {
        return sum(prefill, name, labels);
    }

    /** Sum over the decode nodes. */
    public long decodeSum(String name, Map<String, String> labels) {
        return sum(decode, name, labels);
    }

    /** Every non-zero series as {@code node/series}, for the report. */
    public Map<String, Double> flat() {
        Map<String, Double> all = new java.util.TreeMap<>();
        List.of(prefill, decode).forEach(side -> side.forEach((node, metrics) -> put(all, node, metrics)));
        cacheServer.ifPresent(metrics -> put(all, "cache-server", metrics));
        return all;
    }

    private static void put(Map<String, Double> all, String node, MetricsSnapshot metrics) {
        metrics.series().forEach((series, value) -> {
            if (value != 0) {
                all.put(node + "/" + series, value);
            }
        });
    }

    private static Map<String, MetricsSnapshot> minus(
            Map<String, MetricsSnapshot> now, Map<String, MetricsSnapshot> earlier) {
        return now.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .minus(earlier.getOrDefault(entry.getKey(), new MetricsSnapshot(Map.of())))));
    }

    private static long sum(Map<String, MetricsSnapshot> nodes, String name, Map<String, String> labels) {
        return Math.round(nodes.values().stream()
                .mapToDouble(node -> node.sum(name, labels))
                .sum());
    }
}
