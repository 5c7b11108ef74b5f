package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node answers when it is asked about itself and about tokens. */
abstract class NodeSurface {

    private static final String TEXT = "The river runs by the old mill.";

    private final StackUnderTest stack;

    NodeSurface(StackUnderTest stack) {
        this.stack = stack;
    }

    private void assertEachNode(java.util.function.Consumer<Endpoint> promise) {
        stack.nodes().values().forEach(promise);
    }

    @Test
    void health() {
        assertEachNode(node -> {
            assertThat(node.get("/health").status()).isEqualTo(200);
            assertThat(node.get("/health").body()).isEmpty();
        });
    }

    @Test
    void versionIsTheOneThatIsModelled() {
        assertEachNode(node -> assertThat(
                        node.get("/version").succeeded().path("version").asText())
                .matches("0\\.32\\.0(\\+.+)?"));
    }

    @Test
    void theServedModel() {
        assertEachNode(node -> {
            JsonNode models = node.get("/v1/models").succeeded();
            assertThat(models.path("object").asText()).isEqualTo("list");
            assertThat(models.path("data")).hasSize(1);
            JsonNode model = models.path("data").get(0);
            assertThat(fields(model))
                    .containsExactly(
                            "id", "object", "created", "owned_by", "root", "parent", "max_model_len", "permission");
            assertThat(model.path("id").asText()).isEqualTo(Requests.MODEL);
            assertThat(model.path("object").asText()).isEqualTo("model");
            assertThat(model.path("owned_by").asText()).isEqualTo("vllm");
            assertThat(model.path("root").asText()).endsWith(Requests.MODEL);
            assertThat(model.path("max_model_len").asInt()).isEqualTo(StackUnderTest.LONGEST);
        });
    }

    @Test
    void serverInfoInDevelopmentMode() {
        assertEachNode(node -> assertThat(fields(node.get("/server_info").succeeded()))
                .contains("vllm_config", "vllm_env", "system_env"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/v1/completions/more", "/v2/models"})
    void unknownPaths(String path) {
        assertEachNode(node -> {
            assertThat(node.get(path).status()).isEqualTo(404);
            assertThat(node.get(path).body()).isEqualTo("{\"detail\":\"Not Found\"}");
        });
    }

    @Test
    void wrongMethods() {
        assertWrongMethod(stack.prefill.get(Endpoint.COMPLETIONS), "POST");
        assertWrongMethod(stack.prefill.get("/reset_prefix_cache"), "POST");
        assertWrongMethod(stack.prefill.post("/health", ""), "GET");
    }

    private static void assertWrongMethod(Reply reply, String allowed) {
        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.header("Allow")).isEqualTo(allowed);
        assertThat(reply.body()).isEqualTo("{\"detail\":\"Method Not Allowed\"}");
    }

    @Test
    void metricsAreText() {
        assertEachNode(node -> {
            assertThat(node.get("/metrics").header("Content-Type")).matches("text/plain; version=.+; charset=utf-8");
            assertThat(node.metrics().series()).isNotEmpty();
        });
    }

    @Test
    void aRequestIdIsNotEchoedUnlessAskedToAtTheStart() {
        assertThat(stack.prefill
                        .send(stack.prefill
                                .to("/health")
                                .header("X-Request-Id", "mine")
                                .GET())
                        .header("X-Request-Id"))
                .isEmpty();
    }

    @Test
    void tokenizeCountsWhatACompletionCounts() {
        JsonNode tokens = stack.prefill
                .post("/tokenize", Reply.JSON.createObjectNode().put("prompt", TEXT))
                .succeeded();
        assertThat(fields(tokens)).containsExactly("count", "max_model_len", "tokens", "token_strs");
        assertThat(tokens.path("count").asInt())
                .isPositive()
                .isEqualTo(tokens.path("tokens").size());
        assertThat(tokens.path("max_model_len").asInt()).isEqualTo(StackUnderTest.LONGEST);
        assertThat(tokens.path("token_strs").isNull()).isTrue();
        JsonNode answer = stack.prefill.complete(Requests.completion().put("prompt", TEXT));
        assertThat(answer.at("/usage/prompt_tokens").asInt())
                .isEqualTo(tokens.path("count").asInt());
    }

    @Test
    void tokenizeShowsTokensOnRequest() {
        JsonNode tokens = stack.prefill
                .post(
                        "/tokenize",
                        Reply.JSON.createObjectNode().put("prompt", TEXT).put("return_token_strs", true))
                .succeeded();
        assertThat(tokens.path("token_strs")).hasSameSizeAs(tokens.path("tokens"));
    }

    @Test
    void tokenizeCountsMessagesAsAChatDoes() {
        JsonNode chat = Requests.chat(TEXT);
        int tokens =
                stack.prefill.post("/tokenize", chat).succeeded().path("count").asInt();
        assertThat(stack.prefill
                        .post(Endpoint.CHAT, chat)
                        .succeeded()
                        .at("/usage/prompt_tokens")
                        .asInt())
                .isEqualTo(tokens);
    }

    @Test
    void detokenizeTurnsTokensBackIntoText() {
        JsonNode tokens = stack.decode
                .post("/tokenize", Reply.JSON.createObjectNode().put("prompt", TEXT))
                .succeeded();
        assertThat(stack.decode
                        .post("/detokenize", Reply.JSON.createObjectNode().set("tokens", tokens.path("tokens")))
                        .body())
                .isEqualTo("{\"prompt\":\"" + TEXT + "\"}");
    }

    @Test
    void detokenizePassesOverTokensThatDoNotExist() {
        assertThat(stack.decode
                        .post("/detokenize", "{\"tokens\":[99999999]}")
                        .succeeded()
                        .path("prompt")
                        .asText())
                .isEmpty();
        assertThat(stack.decode
                        .post("/detokenize", "{\"tokens\":[]}")
                        .succeeded()
                        .path("prompt")
                        .asText())
                .isEmpty();
    }

    @Test
    void aCharacterSetMayBeNamed() {
        Reply reply = stack.prefill.send(stack.prefill
                .to(Endpoint.COMPLETIONS)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofString(Requests.completion(400).toString())));
        assertThat(reply.status()).isEqualTo(200);
    }

    static List<String> fields(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
