package dev.vllmjunit.conformance;

import static dev.vllmjunit.conformance.NodeSurface.fields;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that come token by token, as server-sent events. */
abstract class EventStreams {

    private static final int OUTPUTS = 4;

    private final Endpoint node;

    EventStreams(StackUnderTest stack) {
        node = stack.prefill;
    }

    @Test
    void oneEventForEachTokenAndAnEnd() {
        Reply reply = node.post(Endpoint.COMPLETIONS, request());

        assertThat(reply.header("Content-Type")).isEqualTo("text/event-stream; charset=utf-8");
        List<JsonNode> chunks = reply.chunks();
        assertThat(chunks).hasSize(OUTPUTS).allSatisfy(chunk -> {
            assertThat(chunk.path("object").asText()).isEqualTo("text_completion");
            assertThat(chunk.path("id")).isEqualTo(chunks.get(0).path("id"));
            assertThat(chunk.path("model").asText()).isEqualTo(Requests.MODEL);
            assertThat(chunk.path("choices")).hasSize(1);
            assertThat(fields(chunk.path("choices").get(0)))
                    .containsExactly(
                            "index",
                            "text",
                            "logprobs",
                            "finish_reason",
                            "stop_reason",
                            "prompt_token_ids",
                            "token_ids");
        });
        assertThat(chunks)
                .extracting(chunk -> chunk.at("/choices/0/finish_reason").asText())
                .containsExactly("null", "null", "null", "length");
    }

    @Test
    void theFingerprintComesWithTheLastChunk() {
        assertThat(node.post(Endpoint.COMPLETIONS, request()).chunks())
                .extracting(chunk -> fields(chunk).contains("system_fingerprint"))
                .containsExactly(false, false, false, true);
    }

    @Test
    void usageOnlyOnRequest() {
        assertThat(node.post(Endpoint.COMPLETIONS, request()).chunks()).noneMatch(chunk -> chunk.has("usage"));
    }

    @Test
    void usageBehindTheLastToken() {
        List<JsonNode> chunks = node.post(Endpoint.COMPLETIONS, with("include_usage", request()))
                .chunks();

        assertThat(chunks).hasSize(OUTPUTS + 1);
        assertThat(chunks.subList(0, OUTPUTS)).noneMatch(chunk -> chunk.has("usage"));
        JsonNode last = chunks.get(OUTPUTS);
        assertThat(last.path("choices")).isEmpty();
        assertThat(last.path("usage"))
                .hasToString("{\"prompt_tokens\":20,\"total_tokens\":24,\"completion_tokens\":4,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":0}}");
    }

    @Test
    void usageWithEachToken() {
        ObjectNode request = with("continuous_usage_stats", with("include_usage", request()));

        assertThat(node.post(Endpoint.COMPLETIONS, request).chunks())
                .extracting(chunk -> chunk.at("/usage/completion_tokens").asInt())
                .containsExactly(1, 2, 3, 4, 4);
    }

    @Test
    void theStreamSaysWhatTheWholeAnswerSays() {
        ObjectNode request = request().put("return_token_ids", true).put("logprobs", 1);
        JsonNode whole = node.complete(request.deepCopy().put("stream", false))
                .path("choices")
                .get(0);
        List<JsonNode> chunks = node.post(Endpoint.COMPLETIONS, request).chunks();

        StringBuilder text = new StringBuilder();
        List<JsonNode> ids = new ArrayList<>();
        List<JsonNode> logprobs = new ArrayList<>();
        chunks.forEach(chunk -> {
            text.append(chunk.at("/choices/0/text").asText());
            chunk.at("/choices/0/token_ids").forEach(ids::add);
            chunk.at("/choices/0/logprobs/token_logprobs").forEach(logprobs::add);
        });
        assertThat(text).hasToString(whole.path("text").asText());
        assertThat(ids).containsExactlyElementsOf(whole.path("token_ids"));
        assertThat(logprobs).hasSameSizeAs(whole.at("/logprobs/token_logprobs"));
        assertThat(chunks.get(0).at("/choices/0/prompt_token_ids")).isEqualTo(whole.path("prompt_token_ids"));
        assertThat(chunks.subList(1, OUTPUTS))
                .allMatch(chunk -> chunk.at("/choices/0/prompt_token_ids").isNull());
    }

    @Test
    void aChatBeginsWithTheSpeaker() {
        List<JsonNode> chunks = node.post(Endpoint.CHAT, Requests.streaming(Requests.chat("hello there")))
                .chunks();

        assertThat(chunks)
                .hasSize(1 + Requests.OUTPUTS)
                .allSatisfy(chunk -> assertThat(chunk.path("object").asText()).isEqualTo("chat.completion.chunk"));
        assertThat(chunks.get(0).path("choices").get(0))
                .hasToString("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                        + "\"finish_reason\":null}");
        assertThat(chunks.subList(1, chunks.size()))
                .allSatisfy(chunk ->
                        assertThat(fields(chunk.at("/choices/0/delta"))).containsExactly("content"));
        assertThat(chunks.get(Requests.OUTPUTS).at("/choices/0/finish_reason").asText())
                .isEqualTo("length");
    }

    private static ObjectNode request() {
        return Requests.streaming(Requests.completion(Requests.fresh(20))).put("max_tokens", OUTPUTS);
    }

    private static ObjectNode with(String option, ObjectNode request) {
        request.withObject("/stream_options").put(option, true);
        return request;
    }
}
