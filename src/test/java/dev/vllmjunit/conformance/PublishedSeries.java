package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

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
    void ofTheCacheServer() {
        assertThat(SeriesList.of(stack.cacheServer)).containsAll(SeriesList.read("cache-server-series.txt"));
    }
}
