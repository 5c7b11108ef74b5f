package dev.vllmjunit.conformance;

import static dev.vllmjunit.conformance.NodeSurface.fields;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

/** Answers that come in one piece. */
abstract class WholeAnswers {

    private static final int OUTPUTS = 5;

    private final Endpoint node;

    WholeAnswers(StackUnderTest stack) {
        node = stack.prefill;
    }

    @Test
    void completion() {
        JsonNode answer = node.complete(Requests.completion(Requests.fresh(40)).put("max_tokens", OUTPUTS));

        assertThat(fields(answer))
                .containsExactly(
                        "id",
                        "object",
                        "created",
                        "model",
                        "choices",
                        "service_tier",
                        "system_fingerprint",
                        "usage",
                        "kv_transfer_params",
                        "ec_transfer_params",
                        "metrics");
        assertThat(answer.path("id").asText()).startsWith("cmpl-");
        assertThat(answer.path("object").asText()).isEqualTo("text_completion");
        assertThat(answer.path("model").asText()).isEqualTo(Requests.MODEL);
        assertThat(answer.path("system_fingerprint").asText()).startsWith("vllm-0.32.0");
        assertThat(answer.path("kv_transfer_params").isNull()).isTrue();
        assertThat(answer.path("choices")).hasSize(1);
        JsonNode choice = answer.path("choices").get(0);
        assertThat(fields(choice))
                .containsExactly(
                        "index",
                        "text",
                        "logprobs",
                        "finish_reason",
                        "stop_reason",
                        "token_ids",
                        "prompt_logprobs",
                        "prompt_token_ids",
                        "routed_experts");
        assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
        assertThat(choice.path("token_ids").isNull()).isTrue();
    }

    @Test
    void usage() {
        JsonNode usage = node.complete(Requests.completion(Requests.fresh(40)).put("max_tokens", OUTPUTS))
                .path("usage");

        assertThat(usage)
                .hasToString(
                        "{\"prompt_tokens\":40,\"total_tokens\":45,\"completion_tokens\":5,\"prompt_tokens_details\":"
                                + "{\"cached_tokens\":0,\"created_cache_tokens\":null,\"multimodal_tokens\":null},"
                                + "\"completion_tokens_details\":null}");
    }

    @Test
    void tokenIds() {
        int[] prompt = Requests.fresh(20);
        JsonNode choice = choice(Requests.completion(prompt).put("return_token_ids", true));

        assertThat(choice.path("prompt_token_ids")).isEqualTo(Reply.JSON.valueToTree(prompt));
        assertThat(choice.path("token_ids")).hasSize(OUTPUTS);
    }

    @Test
    void theSamePromptGivesTheSameTokens() {
        ObjectNode request = Requests.completion(Requests.fresh(300)).put("return_token_ids", true);
        JsonNode first = choice(request).path("token_ids");

        assertThat(choice(request).path("token_ids")).isEqualTo(first);
        assertThat(choice(request.put("cache_salt", "elsewhere")).path("token_ids"))
                .isEqualTo(first);
    }

    @Test
    void logProbabilities() {
        JsonNode choice = choice(Requests.completion(Requests.fresh(20)).put("logprobs", 1));

        JsonNode logprobs = choice.path("logprobs");
        assertThat(fields(logprobs)).containsExactly("text_offset", "token_logprobs", "tokens", "top_logprobs");
        assertThat(logprobs).allSatisfy(list -> assertThat(list).hasSize(OUTPUTS));
        assertThat(logprobs.path("token_logprobs"))
                .allSatisfy(value -> assertThat(value.doubleValue()).isNegative());
        for (int i = 0; i < OUTPUTS; i++) {
            String token = logprobs.path("tokens").get(i).asText();
            assertThat(logprobs.path("top_logprobs").get(i).path(token))
                    .isEqualTo(logprobs.path("token_logprobs").get(i));
        }
        assertThat(logprobs.path("text_offset").get(0).asInt()).isZero();
    }

    @Test
    void severalPrompts() {
        ObjectNode request = Requests.completion();
        request.putArray("prompt")
                .add(Reply.JSON.valueToTree(Requests.fresh(5)))
                .add(Reply.JSON.valueToTree(Requests.fresh(6)));
        JsonNode answer = node.complete(request);

        assertThat(answer.path("choices"))
                .extracting(choice -> choice.path("index").asInt())
                .containsExactly(0, 1);
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(11);
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(2 * Requests.OUTPUTS);
    }

    @Test
    void theIdComesFromTheHeader() {
        Reply reply = node.send(node.to(Endpoint.COMPLETIONS)
                .header("Content-Type", "application/json")
                .header("X-Request-Id", "id-of-the-client")
                .POST(BodyPublishers.ofString(Requests.completion(400).toString())));

        assertThat(reply.succeeded().path("id").asText()).isEqualTo("cmpl-id-of-the-client");
    }

    @Test
    void withoutAModelTheServedOneAnswers() {
        ObjectNode request = Requests.completion(400);
        request.remove("model");

        assertThat(node.complete(request).path("model").asText()).isEqualTo(Requests.MODEL);
    }

    @Test
    void unknownFieldsAreIgnored() {
        assertThat(node.complete(Requests.completion(400).put("no_such_field", 1))
                        .path("choices"))
                .hasSize(1);
    }

    @Test
    void sixteenTokensUnlessAskedOtherwise() {
        ObjectNode request = Requests.completion(400);
        request.remove("max_tokens");

        assertThat(node.complete(request).at("/usage/completion_tokens").asInt())
                .isEqualTo(16);
    }

    @Test
    void outputEndsWhereTheModelEnds() {
        ObjectNode request =
                Requests.completion(Requests.fresh(StackUnderTest.LONGEST - 3)).put("max_tokens", 100);
        JsonNode answer = node.complete(request);

        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(3);
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    }

    @Test
    void chat() {
        JsonNode answer = node.post(Endpoint.CHAT, Requests.chat("hello there").put("max_tokens", OUTPUTS))
                .succeeded();

        assertThat(fields(answer))
                .containsExactly(
                        "id",
                        "object",
                        "created",
                        "model",
                        "choices",
                        "service_tier",
                        "system_fingerprint",
                        "usage",
                        "prompt_logprobs",
                        "prompt_token_ids",
                        "prompt_text",
                        "kv_transfer_params",
                        "ec_transfer_params",
                        "metrics");
        assertThat(answer.path("id").asText()).startsWith("chatcmpl-");
        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(OUTPUTS);
        assertThat(answer.at("/usage/prompt_tokens_details/cached_tokens").asInt(-1))
                .isZero();
        JsonNode choice = answer.path("choices").get(0);
        assertThat(fields(choice))
                .containsExactly(
                        "index", "message", "logprobs", "finish_reason", "stop_reason", "token_ids", "routed_experts");
        assertThat(fields(choice.path("message")))
                .containsExactly("role", "content", "refusal", "annotations", "audio", "function_call", "reasoning");
        assertThat(choice.at("/message/role").asText()).isEqualTo("assistant");
    }

    @Test
    void logProbabilitiesOfAChat() {
        ObjectNode request = Requests.chat("hello there").put("logprobs", true).put("top_logprobs", 1);
        JsonNode content = node.post(Endpoint.CHAT, request).succeeded().at("/choices/0/logprobs/content");

        assertThat(content).hasSize(Requests.OUTPUTS).allSatisfy(token -> {
            assertThat(fields(token)).containsExactly("token", "logprob", "bytes", "top_logprobs");
            assertThat(token.path("top_logprobs")).hasSize(1);
            assertThat(token.path("logprob").doubleValue()).isNegative();
        });
    }

    private JsonNode choice(ObjectNode request) {
        return node.complete(request.put("max_tokens", OUTPUTS)).path("choices").get(0);
    }
}
