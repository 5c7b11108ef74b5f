package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** What the KV cache server answers when it is asked about itself. */
abstract class CacheServerSurface {

    private final StackUnderTest stack;

    CacheServerSurface(StackUnderTest stack) {
        this.stack = stack;
    }

    @Test
    void health() {
        assertThat(stack.cacheServer.get("/healthcheck").succeeded()).hasToString("{\"status\":\"healthy\"}");
    }

    @Test
    void statusTellsOfTheWayToS3() {
        JsonNode status = stack.cacheServer.get("/status").succeeded();

        assertThat(status.path("is_healthy").booleanValue()).isTrue();
        assertThat(status.path("chunk_size").asInt()).isEqualTo(StackUnderTest.CHUNK);
        JsonNode adapters = status.at("/storage_manager/l2_adapters");
        assertThat(adapters).hasSize(1);
        assertThat(adapters.get(0).path("type").asText()).isEqualTo("S3L2Adapter");
        assertThat(adapters.get(0).path("is_healthy").booleanValue()).isTrue();
        assertThat(adapters.get(0).path("connection_failures").asInt(-1)).isZero();
    }

    @Test
    void unknownPaths() {
        Reply reply = stack.cacheServer.get("/nope");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.json()).hasToString("{\"detail\":\"Not Found\"}");
    }

    @Test
    void aClearedHostTierLeavesTheObjects() {
        stack.forgetAllButObjects();
        int[] prompt = Requests.fresh(2 * StackUnderTest.CHUNK + 1);
        Counting stored = Counting.of(stack.cacheServer, "lmcache_mp_l2_store_completed_objects_chunks_total");
        stack.prefill.complete(Requests.completion(prompt));
        stored.moves(java.util.Map.of("l2_store_completed_objects_chunks_total", 2L));
        stack.forgetDevices();

        assertThat(stack.cacheServer.post("/cache/clear", "{}").status()).isEqualTo(200);

        Counting found = Counting.of(stack.cacheServer, "lmcache_mp_lookup_hit_l[12]_tokens_total");
        assertThat(stack.prefill.cachedTokens(prompt)).isEqualTo(2 * StackUnderTest.CHUNK);
        found.moves(java.util.Map.of("lookup_hit_l2_tokens_total", 2L * StackUnderTest.CHUNK));
    }
}
