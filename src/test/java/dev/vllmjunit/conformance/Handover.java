package dev.vllmjunit.conformance;

import static dev.vllmjunit.conformance.NodeSurface.fields;
import static dev.vllmjunit.conformance.StackUnderTest.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From prefill to decode: the object that names the blocks, and the pull. Every offer is taken up, so that no block stays held. */
abstract class Handover {

    private static final String PARAMS = "kv_transfer_params";

    private final StackUnderTest stack;

    Handover(StackUnderTest stack) {
        this.stack = stack;
    }

    @BeforeEach
    void forget() {
        stack.forgetAllButObjects();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 1_000})
    void theOfferNamesTheBlocksAndWhereTheyAre(int tokens) {
        int[] prompt = Requests.fresh(tokens);
        JsonNode offer = offer(prompt);

        assertThat(fields(offer))
                .containsExactly(
                        "do_remote_prefill",
                        "do_remote_decode",
                        "remote_block_ids",
                        "remote_engine_id",
                        "remote_request_id",
                        "remote_host",
                        "remote_port",
                        "tp_size",
                        "dcp_size",
                        "pp_size",
                        "remote_num_tokens",
                        "remote_blocks_expiry_time",
                        "transfer_mode",
                        "remote_prefill_cached_tokens");
        assertThat(offer.path("do_remote_prefill").booleanValue()).isTrue();
        assertThat(offer.path("do_remote_decode").booleanValue()).isFalse();
        assertThat(offer.path("remote_block_ids")).hasSize(1);
        assertThat(offer.at("/remote_block_ids/0"))
                .hasSize((tokens + BLOCK - 1) / BLOCK)
                .allSatisfy(id -> assertThat(id.asInt(0)).isBetween(1, StackUnderTest.BLOCKS))
                .doesNotHaveDuplicates();
        assertThat(offer.path("tp_size").asInt()).isEqualTo(1);
        assertThat(offer.path("dcp_size").asInt()).isEqualTo(1);
        assertThat(offer.path("pp_size").asInt()).isEqualTo(1);
        assertThat(offer.path("remote_num_tokens").asInt()).isEqualTo(tokens);
        assertThat(offer.path("remote_blocks_expiry_time").isNull()).isTrue();
        assertThat(offer.path("transfer_mode").asText()).isEqualTo("pull");
        assertThat(offer.path("remote_prefill_cached_tokens").asInt(-1)).isZero();
        takeUp(prompt, offer);
    }

    @Test
    void theSideChannelListensWhereTheOfferSays() {
        int[] prompt = Requests.fresh(10);
        JsonNode offer = offer(prompt);

        assertThatCode(() -> new Socket(
                                offer.path("remote_host").asText(),
                                offer.path("remote_port").asInt())
                        .close())
                .doesNotThrowAnyException();
        takeUp(prompt, offer);
    }

    @Test
    void anEngineKeepsItsIdAndEveryRequestHasItsOwn() {
        int[] prompt = Requests.fresh(10);
        JsonNode first = offer(prompt);
        takeUp(prompt, first);
        JsonNode second = offer(prompt);
        takeUp(prompt, second);

        assertThat(first.path("remote_engine_id").asText()).isNotBlank();
        assertThat(second.path("remote_engine_id")).isEqualTo(first.path("remote_engine_id"));
        assertThat(second.path("remote_request_id")).isNotEqualTo(first.path("remote_request_id"));
    }

    @Test
    void theOfferedRequestIsNamedAfterTheClients() {
        int[] prompt = Requests.fresh(10);
        JsonNode offer = stack.prefill
                .send(stack.prefill
                        .to(Endpoint.COMPLETIONS)
                        .header("Content-Type", "application/json")
                        .header("X-Request-Id", "joined")
                        .POST(BodyPublishers.ofString(Requests.prefill(prompt).toString())))
                .succeeded()
                .path(PARAMS);

        assertThat(offer.path("remote_request_id").asText()).matches("cmpl-joined-0-[0-9a-f]{8}");
        takeUp(prompt, offer);
    }

    @Test
    void withoutBeingAskedNothingIsOffered() {
        assertThat(stack.prefill
                        .complete(Requests.completion(Requests.fresh(300)))
                        .path(PARAMS)
                        .isNull())
                .isTrue();
    }

    @Test
    void theOfferSaysWhatPrefillDidNotCompute() {
        int[] prompt = Requests.fresh(300);
        takeUp(prompt, offer(prompt));

        JsonNode second = offer(prompt);
        assertThat(second.path("remote_prefill_cached_tokens").asInt()).isEqualTo(2 * BLOCK);
        takeUp(prompt, second);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 300})
    void decodePullsEveryTokenInWholeBlocks(int tokens) {
        int[] prompt = Requests.fresh(tokens);
        JsonNode offer = offer(prompt);
        Counting counting = Counting.node(stack.decode);

        takeUp(prompt, offer);

        counting.moves(Served.computing(tokens).pulledFrom(0).counters());
    }

    @Test
    void aPromptOfOneTokenIsPulledAndComputedAgain() {
        int[] prompt = Requests.fresh(1);
        JsonNode offer = offer(prompt);
        Counting counting = Counting.node(stack.decode);

        takeUp(prompt, offer);

        var counters = Served.computing(1).pulledFrom(0).counters();
        counters.remove("prompt_tokens_cached_total");
        counters.remove("prompt_tokens_by_source_total{external_kv_transfer}");
        counters.put("prompt_tokens_by_source_total{local_compute}", 1L);
        counters.put("prefix_cache_queries_total", 2L);
        counters.put("external_prefix_cache_queries_total", 2L);
        counters.put("iteration_tokens_total_sum", 1L + Requests.OUTPUTS);
        counting.moves(counters);
    }

    @ParameterizedTest
    @ValueSource(ints = {BLOCK + 1, 2 * BLOCK, 300})
    void decodePullsOnlyWhatItLacks(int tokens) {
        int[] prompt = Requests.fresh(tokens);
        takeUp(prompt, offer(prompt));
        int own = (tokens - 1) / BLOCK * BLOCK;
        JsonNode offer = offer(prompt);
        Counting counting = Counting.node(stack.decode);

        takeUp(prompt, offer);

        int reused = offer.path("remote_prefill_cached_tokens").asInt();
        counting.moves(Served.computing(tokens).own(own).pulledFrom(reused).counters());
    }

    @Test
    void aSharedBeginningIsNotPulledAgain() {
        int[] first = Requests.fresh(1_000);
        takeUp(first, offer(first));
        int[] second = Requests.sharing(first, 600, 1_000);
        JsonNode offer = offer(second);
        Counting counting = Counting.node(stack.decode);

        takeUp(second, offer);

        assertThat(offer.path("remote_prefill_cached_tokens").asInt()).isEqualTo(4 * BLOCK);
        counting.moves(
                Served.computing(1_000).own(4 * BLOCK).pulledFrom(4 * BLOCK).counters());
    }

    @Test
    void prefillCountsOneTokenOfOutput() {
        int[] prompt = Requests.fresh(200);
        Counting counting = Counting.node(stack.prefill);
        JsonNode offer = offer(prompt);

        counting.moves(Served.computing(200).outputs(1).counters());
        takeUp(prompt, offer);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50, BLOCK, 300, 513})
    void decodeSaysWhatPrefillAloneSays(int tokens) {
        int[] prompt = Requests.fresh(tokens);
        JsonNode alone = tokenIds(stack.prefill.complete(decoding(prompt)));
        stack.forgetAllButObjects();

        assertThat(tokenIds(takeUp(prompt, offer(prompt)))).isEqualTo(alone);
    }

    @Test
    void decodeAnswersWithoutAnOffer() {
        int[] prompt = Requests.fresh(200);
        assertThat(takeUp(prompt, offer(prompt)).path(PARAMS).isNull()).isTrue();
    }

    @Test
    void usageOfADecodeNodeSaysWhatPrefillReused() {
        int[] prompt = Requests.fresh(300);
        assertThat(cached(takeUp(prompt, offer(prompt)))).isZero();
        assertThat(cached(takeUp(prompt, offer(prompt)))).isEqualTo(2 * BLOCK);
    }

    @Test
    void aStreamPullsToo() {
        int[] prompt = Requests.fresh(300);
        ObjectNode request = Requests.streaming(decoding(prompt));
        request.set(PARAMS, offer(prompt));
        Counting counting = Counting.node(stack.decode);

        assertThat(stack.decode.post(Endpoint.COMPLETIONS, request).chunks()).hasSize(Requests.OUTPUTS);

        counting.moves(Served.computing(300).pulledFrom(0).counters());
    }

    private JsonNode offer(int[] prompt) {
        return stack.prefill.complete(Requests.prefill(prompt)).path(PARAMS);
    }

    private JsonNode takeUp(int[] prompt, JsonNode offer) {
        ObjectNode request = decoding(prompt);
        request.set(PARAMS, offer);
        return stack.decode.complete(request);
    }

    private static ObjectNode decoding(int[] prompt) {
        return Requests.completion(prompt).put("return_token_ids", true);
    }

    private static JsonNode tokenIds(JsonNode answer) {
        return answer.at("/choices/0/token_ids");
    }

    private static int cached(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").asInt(-1);
    }
}
