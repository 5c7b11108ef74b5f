package dev.vllmjunit.conformance;

import static dev.vllmjunit.conformance.StackUnderTest.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.router.Router;
import dev.vllmjunit.router.RouterConfig.Target;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of the router sees. */
abstract class RoutedRequests {

    /** Nobody listens on port 1. */
    private static final Target GONE = new Target("gone", URI.create("http://127.0.0.1:1"));

    private final StackUnderTest stack;

    RoutedRequests(StackUnderTest stack) {
        this.stack = stack;
    }

    @BeforeEach
    void forget() {
        stack.forgetAllButObjects();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, BLOCK, BLOCK + 1, 300})
    void bothNodesCountWhatTheyDidForTheClient(int tokens) {
        Counting prefill = Counting.node(stack.prefill);
        Counting decode = Counting.node(stack.decode);

        JsonNode answer = stack.routed.complete(Requests.completion(Requests.fresh(tokens)));

        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(tokens);
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(Requests.OUTPUTS);
        assertThat(answer.path("kv_transfer_params").isNull()).isTrue();
        prefill.moves(Served.computing(tokens).outputs(1).counters());
        decode.moves(Served.computing(tokens).pulledFrom(0).counters());
    }

    @Test
    void usageSaysWhatPrefillReused() {
        int[] prompt = Requests.fresh(300);

        assertThat(stack.routed.cachedTokens(prompt)).isZero();
        assertThat(stack.routed.cachedTokens(prompt)).isEqualTo(2 * BLOCK);
    }

    @Test
    void theTextIsThePrefillNodesOwn() {
        ObjectNode request = Requests.completion(Requests.fresh(300)).put("return_token_ids", true);

        JsonNode routed = stack.routed.complete(request).path("choices");

        assertThat(routed)
                .isEqualTo(stack.prefill
                        .complete(request.put("cache_salt", "alone"))
                        .path("choices"));
    }

    @Test
    void outOfS3TheTextStaysTheSame() {
        int tokens = 2 * StackUnderTest.CHUNK + 50;
        ObjectNode request = Requests.completion(Requests.fresh(tokens)).put("return_token_ids", true);
        Counting stored = Counting.of(stack.cacheServer, "lmcache_mp_l2_store_completed_objects_chunks_total");
        JsonNode computed = stack.routed.complete(request).path("choices");
        stored.moves(Map.of("l2_store_completed_objects_chunks_total", 2L));
        stack.forgetAllButObjects();
        Counting prefill = Counting.node(stack.prefill);
        Counting decode = Counting.node(stack.decode);

        JsonNode loaded = stack.routed.complete(request);

        assertThat(loaded.path("choices")).isEqualTo(computed);
        int reused = 2 * StackUnderTest.CHUNK;
        assertThat(loaded.at("/usage/prompt_tokens_details/cached_tokens").asInt())
                .isEqualTo(reused);
        prefill.moves(Served.computing(tokens).outputs(1).loaded(reused).counters());
        decode.moves(Served.computing(tokens).pulledFrom(reused).counters());
    }

    @Test
    void streamsComeAsDecodeSendsThem() {
        ObjectNode request = Requests.streaming(Requests.completion(Requests.fresh(300)));
        request.withObject("/stream_options").put("include_usage", true);
        Reply reply = send(stack.routed, request, "streamed");

        assertThat(reply.header("Content-Type")).isEqualTo("text/event-stream; charset=utf-8");
        // vLLM puts tokens that its server did not get to send in time into one event.
        assertThat(reply.chunks())
                .hasSizeBetween(2, Requests.OUTPUTS + 1)
                .allSatisfy(chunk -> assertThat(chunk.path("id").asText()).isEqualTo("cmpl-streamed"));
    }

    @Test
    void chatsAreRouted() {
        Counting decode = Counting.of(stack.decode, "vllm:nixl_bytes_transferred_count");
        JsonNode answer =
                stack.routed.post(Endpoint.CHAT, Requests.chat("hello there")).succeeded();

        assertThat(answer.path("id").asText()).startsWith("chatcmpl-");
        decode.moves(Map.of("nixl_bytes_transferred_count", 1L));
    }

    @Test
    void theRequestIdJoinsClientAndNodes() {
        Reply reply = send(stack.routed, Requests.completion(Requests.fresh(10)), "joined-by-id");

        assertThat(reply.header("X-Request-Id")).isEqualTo("joined-by-id");
        assertThat(reply.succeeded().path("id").asText()).isEqualTo("cmpl-joined-by-id");
    }

    @Test
    void aRequestWithoutAnIdGetsOne() {
        Reply reply = stack.routed.post(Endpoint.COMPLETIONS, Requests.completion(Requests.fresh(10)));

        assertThat(reply.header("X-Request-Id")).isNotBlank();
        assertThat(reply.succeeded().path("id").asText()).isEqualTo("cmpl-" + reply.header("X-Request-Id"));
    }

    @Test
    void aNodesRefusalIsTheClients() {
        for (ObjectNode refused : List.of(
                Requests.completion(400).put("model", "nope"),
                Requests.completion(400).put("temperature", -1),
                Requests.completion(10_000_000))) {
            Reply byNode = stack.prefill.post(Endpoint.COMPLETIONS, refused);
            Reply reply = stack.routed.post(Endpoint.COMPLETIONS, refused);

            assertThat(reply.status()).isEqualTo(byNode.status()).isGreaterThanOrEqualTo(400);
            assertThat(reply.body()).isEqualTo(byNode.body());
            assertThat(reply.header("x-vllm-junit-hop")).isEqualTo("prefill");
        }
    }

    @Test
    void anOfferIsNotTheClientsToMake() {
        Reply reply = stack.routed.post(Endpoint.COMPLETIONS, Requests.prefill(400));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").asText()).isEqualTo("kv_transfer_params");
        assertThat(reply.json().at("/error/hop").asText()).isEqualTo("router");
    }

    @Test
    void healthIsThatOfAllNodes() {
        assertThat(stack.routed.get("/health").status()).isEqualTo(200);
        try (Router router = StackUnderTest.router(List.of(prefill()), List.of(GONE))) {
            Reply reply = new Endpoint(router.endpoint()).get("/health");
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.json().at("/unhealthy/0/node").asText()).isEqualTo("gone");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/version"})
    void questionsGoToAPrefillNode(String path) {
        assertThat(withoutTime(stack.routed.get(path).succeeded()))
                .isEqualTo(withoutTime(stack.prefill.get(path).succeeded()));
    }

    @Test
    void tokenizeGoesToAPrefillNode() {
        assertThat(stack.routed.post("/tokenize", "{\"prompt\":\"hello\"}").succeeded())
                .isEqualTo(stack.prefill
                        .post("/tokenize", "{\"prompt\":\"hello\"}")
                        .succeeded());
    }

    @Test
    void aPrefillNodeThatIsGone() {
        try (Router router = StackUnderTest.router(List.of(GONE), List.of(decode()))) {
            assertGone(new Endpoint(router.endpoint()), "prefill");
        }
    }

    @Test
    void aDecodeNodeThatIsGone() {
        try (Router router = StackUnderTest.router(List.of(prefill()), List.of(GONE))) {
            assertGone(new Endpoint(router.endpoint()), "decode");
        }
    }

    private static void assertGone(Endpoint router, String hop) {
        for (ObjectNode request : List.of(
                Requests.completion(Requests.fresh(10)), Requests.streaming(Requests.completion(Requests.fresh(10))))) {
            Reply reply = send(router, request, "lost");

            assertThat(reply.status()).isEqualTo(502);
            assertThat(reply.header("Content-Type")).isEqualTo("application/json");
            assertThat(reply.header("X-Request-Id")).isEqualTo("lost");
            JsonNode error = reply.json().path("error");
            assertThat(error.path("type").asText()).isEqualTo("BadGatewayError");
            assertThat(error.path("code").asInt()).isEqualTo(502);
            assertThat(error.path("hop").asText()).isEqualTo(hop);
            assertThat(error.path("node").asText()).isEqualTo("gone");
            assertThat(error.path("phase").asText()).isEqualTo("connect");
        }
    }

    private static Reply send(Endpoint router, ObjectNode request, String id) {
        return router.send(router.to(Endpoint.COMPLETIONS)
                .header("Content-Type", "application/json")
                .header("X-Request-Id", id)
                .POST(BodyPublishers.ofString(request.toString())));
    }

    /** A model's time of creation and the id of its permission are made up for each answer. */
    private static String withoutTime(JsonNode answer) {
        return answer.toString().replaceAll("\"created\":\\d+", "").replaceAll("modelperm-\\w+", "");
    }

    private Target prefill() {
        return new Target("prefill", stack.prefill.uri());
    }

    private Target decode() {
        return new Target("decode", stack.decode.uri());
    }
}
