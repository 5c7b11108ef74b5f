package dev.vllmjunit.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.engine.core.GenerationRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code /v1/completions}, when all goes well. */
class CompletionsTest extends NodeFixture {

    private static final String PATH = "/v1/completions";
    private static final String HEAD = "data: {\"id\":\"cmpl-r1\",\"object\":\"text_completion\",\"created\":0,"
            + "\"model\":\"tiny\",\"choices\":[";

    @Test
    void aWholeAnswerHasEveryFieldOfVllm() throws Exception {
        engine.answering(hello, world);
        String body = client.post(PATH, "{\"request_id\":\"r1\",\"prompt\":[1,2,3,4],\"max_tokens\":3}")
                .body();
        assertThat(NodeClient.withoutTime(body))
                .isEqualTo(
                        "{\"id\":\"cmpl-r1\",\"object\":\"text_completion\",\"created\":0,\"model\":\"tiny\",\"choices\":"
                                + "[{\"index\":0,\"text\":\" hello world hello\",\"logprobs\":null,\"finish_reason\":\"length\","
                                + "\"stop_reason\":null,\"token_ids\":null,\"prompt_logprobs\":null,\"prompt_token_ids\":null,"
                                + "\"routed_experts\":null}],\"service_tier\":null,\"system_fingerprint\":"
                                + "\"vllm-0.32.0+vllm-junit-embedded\",\"usage\":{\"prompt_tokens\":4,\"total_tokens\":7,"
                                + "\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":3,"
                                + "\"created_cache_tokens\":null,\"multimodal_tokens\":null},"
                                + "\"completion_tokens_details\":null},\"kv_transfer_params\":null,"
                                + "\"ec_transfer_params\":null,\"metrics\":null}");
    }

    @Test
    void aStreamHasOneEventForEachToken() throws Exception {
        engine.answering(hello, world);
        assertThat(client.events(PATH, "{\"request_id\":\"r1\",\"prompt\":\"hi\",\"max_tokens\":2,\"stream\":true}"))
                .containsExactly(
                        HEAD + "{\"index\":0,\"text\":\" hello\",\"logprobs\":null,\"finish_reason\":null,"
                                + "\"stop_reason\":null,\"prompt_token_ids\":null,\"token_ids\":null}]}",
                        HEAD + "{\"index\":0,\"text\":\" world\",\"logprobs\":null,\"finish_reason\":\"length\","
                                + "\"stop_reason\":null,\"prompt_token_ids\":null,\"token_ids\":null}],"
                                + "\"system_fingerprint\":\"vllm-0.32.0+vllm-junit-embedded\"}",
                        "data: [DONE]");
    }

    @Test
    void aStreamIsFramedAsServerSentEvents() throws Exception {
        engine.answering(hello);
        HttpResponse<String> response = client.post(
                PATH, "{\"prompt\":\"hi\",\"max_tokens\":1,\"stream\":true,\"n\":1,\"unheard_of\":{\"x\":1}}");
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream; charset=utf-8");
        assertThat(response.body()).matches("data: \\{.*\\}\n\ndata: \\[DONE]\n\n");
    }

    @Test
    void usageComesLastAndWithoutChoices() throws Exception {
        engine.answering(hello);
        assertThat(client.events(
                        PATH,
                        "{\"request_id\":\"r1\",\"prompt\":\"hi\",\"max_tokens\":1,\"stream\":true,"
                                + "\"stream_options\":{\"include_usage\":true}}"))
                .containsExactly(
                        HEAD + "{\"index\":0,\"text\":\" hello\",\"logprobs\":null,\"finish_reason\":\"length\","
                                + "\"stop_reason\":null,\"prompt_token_ids\":null,\"token_ids\":null}]}",
                        HEAD + "],\"usage\":{\"prompt_tokens\":1,\"total_tokens\":2,\"completion_tokens\":1,"
                                + "\"prompt_tokens_details\":{\"cached_tokens\":3}},"
                                + "\"system_fingerprint\":\"vllm-0.32.0+vllm-junit-embedded\"}",
                        "data: [DONE]");
    }

    @Test
    void continuousUsageComesWithEveryChunk() throws Exception {
        engine.answering(hello);
        assertThat(client.events(
                        PATH,
                        "{\"prompt\":\"hi\",\"max_tokens\":2,\"stream\":true,"
                                + "\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}}"))
                .hasSize(4)
                .satisfies(
                        event -> assertThat(event)
                                .endsWith(
                                        "\"usage\":{\"prompt_tokens\":1,\"total_tokens\":2,\"completion_tokens\":1}}"),
                        org.assertj.core.data.Index.atIndex(0))
                .satisfies(
                        event -> assertThat(event)
                                .endsWith(
                                        "\"usage\":{\"prompt_tokens\":1,\"total_tokens\":3,\"completion_tokens\":2}}"),
                        org.assertj.core.data.Index.atIndex(1));
    }

    @Test
    void tokenIdsComeWithEveryChunkAndThePromptsWithTheFirst() throws Exception {
        engine.answering(hello, world);
        assertThat(client.events(PATH, "{\"prompt\":[5,6],\"max_tokens\":2,\"stream\":true,\"return_token_ids\":true}"))
                .satisfies(
                        event ->
                                assertThat(event).contains("\"prompt_token_ids\":[5,6],\"token_ids\":[" + hello + "]}"),
                        org.assertj.core.data.Index.atIndex(0))
                .satisfies(
                        event -> assertThat(event).contains("\"prompt_token_ids\":null,\"token_ids\":[" + world + "]}"),
                        org.assertj.core.data.Index.atIndex(1));
        assertThat(client.post(PATH, "{\"prompt\":[5,6],\"max_tokens\":2,\"return_token_ids\":true}")
                        .body())
                .contains("\"token_ids\":[" + hello + "," + world + "],\"prompt_logprobs\":null,"
                        + "\"prompt_token_ids\":[5,6],");
    }

    @Test
    void logprobsHaveTheEnginesValues() throws Exception {
        engine.answering(hello, world);
        assertThat(client.post(PATH, "{\"prompt\":\"hi\",\"max_tokens\":2,\"logprobs\":1}")
                        .body())
                .contains("\"logprobs\":{\"text_offset\":[0,6],\"token_logprobs\":[-0.5,-0.5],"
                        + "\"tokens\":[\" hello\",\" world\"],"
                        + "\"top_logprobs\":[{\" hello\":-0.5},{\" world\":-0.5}]}");
        assertThat(client.events(PATH, "{\"prompt\":\"hi\",\"max_tokens\":2,\"logprobs\":0,\"stream\":true}")
                        .get(1))
                .contains("\"logprobs\":{\"text_offset\":[6],\"token_logprobs\":[-0.5],\"tokens\":[\" world\"],"
                        + "\"top_logprobs\":[{\" world\":-0.5}]}");
    }

    @Test
    void aStopBeforeTheLastTokenEndsWithAnEmptyChunk() throws Exception {
        engine.doing(submission -> {
            submission.listener().onToken(hello, -1);
            submission.listener().onFinished("stop", 0, Optional.empty());
        });
        assertThat(client.events(PATH, "{\"prompt\":\"hi\",\"stream\":true}"))
                .hasSize(3)
                .satisfies(
                        event -> assertThat(event).contains("\"text\":\"\"", "\"finish_reason\":\"stop\""),
                        org.assertj.core.data.Index.atIndex(1));
        assertThat(client.post(PATH, "{\"prompt\":\"hi\"}").body())
                .contains("\"text\":\" hello\"", "\"finish_reason\":\"stop\"", "\"completion_tokens\":1");
    }

    @Test
    void severalPromptsBecomeChoices() throws Exception {
        engine.answering(hello);
        String body = client.post(PATH, "{\"prompt\":[\"a\",\"b c\"],\"max_tokens\":2}")
                .body();
        assertThat(body)
                .contains("{\"index\":0,\"text\":\" hello hello\"", "{\"index\":1,\"text\":\" hello hello\"")
                .contains("\"prompt_tokens\":3,\"total_tokens\":7,\"completion_tokens\":4");
        assertThat(client.events(PATH, "{\"prompt\":[[1],[2]],\"max_tokens\":1,\"stream\":true}"))
                .hasSize(3)
                .endsWith("data: [DONE]");
    }

    @Test
    void theEngineGetsWhatWasAskedFor() throws Exception {
        engine.answering(hello);
        client.send(client.to(PATH)
                .header("Content-Type", "application/json")
                .header("X-Request-Id", "abc")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"tiny\",\"prompt\":\"hi hi\",\"ignore_eos\":true,\"cache_salt\":\"s\","
                                + "\"temperature\":0,\"top_p\":0.9,\"seed\":7,\"stop\":[],\"echo\":false}")));
        GenerationRequest request = engine.next().request();
        assertThat(request.requestId()).matches("cmpl-abc-0-[0-9a-f]{8}");
        assertThat(request.promptTokens()).containsExactly(6151, 15960);
        assertThat(request.maxTokens()).isEqualTo(16);
        assertThat(request.ignoreEos()).isTrue();
        assertThat(request.cacheSalt()).contains("s");
        assertThat(request.remoteDecode()).isFalse();
        assertThat(request.remoteKv()).isEmpty();
    }

    @Test
    void whatIsAskedForIsCutDownToTheRoomLeft() throws Exception {
        engine.answering(hello);
        client.post(PATH, "{\"prompt\":\"hi hi\",\"max_tokens\":1000}");
        assertThat(engine.next().request().maxTokens()).isEqualTo(998);
    }
}
