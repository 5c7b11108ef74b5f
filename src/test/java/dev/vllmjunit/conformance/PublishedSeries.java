package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Names, labels and buckets of what nodes and KV cache server publish, held to what the real ones published. */
abstract class PublishedSeries {

    private final StackUnderTest stack;

    PublishedSeries(StackUnderTest stack) {
        this.stack = stack;
    }

    @Test
    void ofNodes() {
        stack.nodes()
                .forEach((name, node) ->
                        assertThat(SeriesList.of(node)).as(name).containsAll(SeriesList.read("node-series.txt")));
    }

    @Test
    void ofTheCapacity() {
        stack.nodes().forEach((name, node) -> assertThat(node.metrics().series().keySet())
                .as(name)
                .filteredOn(series -> series.name().equals("vllm:cache_config_info"))
                .singleElement()
                .satisfies(info -> assertThat(info.labels())
                        .containsEntry("block_size", String.valueOf(StackUnderTest.BLOCK))
                        .containsEntry("num_gpu_blocks", String.valueOf(StackUnderTest.BLOCKS + 1))
                        .containsEntry("cache_dtype", "auto")
                        .containsEntry("enable_prefix_caching", "True")));
    }

    @Test
    void gaugesOfAnIdleNodeAreZero() {
        stack.forgetDevices();
        stack.nodes().forEach((name, node) -> await().untilAsserted(() -> {
            for (String gauge : List.of("num_requests_running", "num_requests_waiting", "kv_cache_usage_perc")) {
                assertThat(node.metrics().sum("vllm:" + gauge))
                        .as(name + " " + gauge)
                        .isZero();
            }
        }));
    }

    @Test
    void ofTheCacheServer() {
        assertThat(SeriesList.of(stack.cacheServer)).containsAll(SeriesList.read("cache-server-series.txt"));
    }
}
