package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blocks that a prefill node keeps for a decode node: as long as its lease lasts, or until they have been pulled. */
abstract class HeldBlocks {

    private static final String USAGE = "vllm:kv_cache_usage_perc";
    private static final Duration SOON = Duration.ofSeconds(10);

    private final StackUnderTest stack;

    HeldBlocks(StackUnderTest stack) {
        this.stack = stack;
    }

    @BeforeEach
    void forget() {
        stack.forgetAllButObjects();
    }

    @Test
    void heldUntilPulled() {
        int[] prompt = Requests.fresh(300);
        JsonNode offer = offer(prompt);

        assertThat(reset()).isEqualTo("{\"success\":false}");
        assertThat(stack.prefill.metrics().sum(USAGE)).isCloseTo(3.0 / StackUnderTest.BLOCKS, within(1e-6));

        assertThat(takeUp(prompt, offer).path("choices")).hasSize(1);
        await().atMost(SOON).until(() -> reset().equals("{\"success\":true}"));
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(stack.prefill.metrics().sum(USAGE)).isZero());
    }

    @Test
    void heldUntilTheLeaseEnds() {
        Counting counting = Counting.of(stack.prefill, "vllm:nixl_num_kv_expired_reqs_total");
        offer(Requests.fresh(300));
        assertThat(reset()).isEqualTo("{\"success\":false}");

        await().atMost(StackUnderTest.LEASE.multipliedBy(3)).until(() -> reset().equals("{\"success\":true}"));
        stack.prefill.complete(Requests.completion(400));
        counting.moves(Map.of("nixl_num_kv_expired_reqs_total", 1L));
    }

    @Test
    void anotherEnginesBlocksCannotBePulled() {
        int[] prompt = Requests.fresh(300);
        ObjectNode offer = offer(prompt).deepCopy();
        offer.put("remote_engine_id", "00000000-dead-beef-0000-000000000000");
        ObjectNode request = Requests.streaming(Requests.completion(prompt));
        request.set("kv_transfer_params", offer);
        Counting counting = Counting.of(stack.decode, "vllm:(request_success|nixl_num_failed_transfers)_total");

        Reply reply = stack.decode.post(Endpoint.COMPLETIONS, request);

        assertThat(reply.status()).isEqualTo(200);
        List<String> events = reply.events();
        assertThat(events).hasSize(2).last().isEqualTo("[DONE]");
        JsonNode error = Reply.json(events.get(0)).path("error");
        assertThat(NodeSurface.fields(error)).containsExactly("message", "type", "param", "code");
        assertThat(error.path("message").asText()).isNotBlank();
        assertThat(error.path("type").asText()).isEqualTo("InternalServerError");
        assertThat(error.path("param").isNull()).isTrue();
        assertThat(error.path("code").asInt()).isEqualTo(500);
        await().atMost(SOON).untilAsserted(() -> assertThat(counting.moved())
                .containsEntry("request_success_total{error}", 1L)
                .containsKey("nixl_num_failed_transfers_total"));
    }

    private String reset() {
        return stack.prefill.post("/reset_prefix_cache", "").body();
    }

    private ObjectNode offer(int[] prompt) {
        return (ObjectNode) stack.prefill.complete(Requests.prefill(prompt)).path("kv_transfer_params");
    }

    private JsonNode takeUp(int[] prompt, JsonNode offer) {
        ObjectNode request = Requests.completion(prompt);
        request.set("kv_transfer_params", offer);
        return stack.decode.complete(request);
    }
}
