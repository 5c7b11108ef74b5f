package dev.vllmjunit.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.engine.core.GenerationRequest;
import org.junit.jupiter.api.Test;

/** {@code /v1/chat/completions}, when all goes well. */
class ChatCompletionsTest extends NodeFixture {

    private static final String PATH = "/v1/chat/completions";
    private static final String HEAD =
            "data: {\"id\":\"chatcmpl-r1\",\"object\":\"chat.completion.chunk\",\"created\":0,"
                    + "\"model\":\"tiny\",\"choices\":[";
    private static final String ASK = "{\"request_id\":\"r1\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    @Test
    void aWholeAnswerHasEveryFieldOfVllm() throws Exception {
        engine.answering(hello, world);
        String body = client.post(PATH, ASK + ",\"max_completion_tokens\":2}").body();
        assertThat(NodeClient.withoutTime(body))
                .isEqualTo("{\"id\":\"chatcmpl-r1\",\"object\":\"chat.completion\",\"created\":0,\"model\":\"tiny\","
                        + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\" hello world\","
                        + "\"refusal\":null,\"annotations\":null,\"audio\":null,\"function_call\":null,"
                        + "\"reasoning\":null},\"logprobs\":null,\"finish_reason\":\"length\",\"stop_reason\":null,"
                        + "\"token_ids\":null,\"routed_experts\":null}],\"service_tier\":null,"
                        + "\"system_fingerprint\":\"vllm-0.32.0+vllm-junit-embedded\",\"usage\":{\"prompt_tokens\":6,"
                        + "\"total_tokens\":8,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":3,"
                        + "\"created_cache_tokens\":null,\"multimodal_tokens\":null},"
                        + "\"completion_tokens_details\":null},\"prompt_logprobs\":null,\"prompt_token_ids\":null,"
                        + "\"prompt_text\":null,\"kv_transfer_params\":null,\"ec_transfer_params\":null,"
                        + "\"metrics\":null}");
    }

    @Test
    void aStreamOpensWithTheRole() throws Exception {
        engine.answering(hello, world);
        assertThat(client.events(
                        PATH, ASK + ",\"max_tokens\":2,\"stream\":true,\"stream_options\":{\"include_usage\":true}}"))
                .containsExactly(
                        HEAD + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                                + "\"finish_reason\":null}],\"prompt_token_ids\":null,\"prompt_text\":null}",
                        HEAD + "{\"index\":0,\"delta\":{\"content\":\" hello\"},\"logprobs\":null,"
                                + "\"finish_reason\":null,\"token_ids\":null}]}",
                        HEAD + "{\"index\":0,\"delta\":{\"content\":\" world\"},\"logprobs\":null,"
                                + "\"finish_reason\":\"length\",\"stop_reason\":null,\"token_ids\":null}]}",
                        HEAD + "],\"usage\":{\"prompt_tokens\":6,\"total_tokens\":8,\"completion_tokens\":2,"
                                + "\"prompt_tokens_details\":{\"cached_tokens\":3}},"
                                + "\"system_fingerprint\":\"vllm-0.32.0+vllm-junit-embedded\"}",
                        "data: [DONE]");
    }

    @Test
    void continuousUsageAndTokenIdsComeWithTheOpeningChunk() throws Exception {
        engine.answering(hello);
        assertThat(client.events(
                                PATH,
                                ASK + ",\"max_tokens\":1,\"stream\":true,\"return_token_ids\":true,"
                                        + "\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}}")
                        .get(0))
                .contains("\"usage\":{\"prompt_tokens\":6,\"total_tokens\":6,\"completion_tokens\":0},"
                        + "\"prompt_token_ids\":[882,25,15960,198,78191,25],\"prompt_text\":null}");
    }

    @Test
    void logprobsHaveTheEnginesValues() throws Exception {
        engine.answering(hello);
        String token = "{\"token\":\" hello\",\"logprob\":-0.5,\"bytes\":[32,104,101,108,108,111]";
        assertThat(client.post(PATH, ASK + ",\"max_tokens\":1,\"logprobs\":true,\"top_logprobs\":1}")
                        .body())
                .contains("\"logprobs\":{\"content\":[" + token + ",\"top_logprobs\":[" + token + "}]}]}");
        assertThat(client.post(PATH, ASK + ",\"max_tokens\":1,\"logprobs\":true}")
                        .body())
                .contains("\"logprobs\":{\"content\":[" + token + ",\"top_logprobs\":[]}]}");
    }

    @Test
    void withoutABoundAllTheRoomIsUsed() throws Exception {
        engine.answering(hello);
        client.post(PATH, ASK + ",\"max_tokens\":null}");
        GenerationRequest request = engine.next().request();
        assertThat(request.maxTokens()).isEqualTo(994);
        assertThat(request.requestId()).matches("chatcmpl-r1-[0-9a-f]{8}");
    }

    @Test
    void theNewerBoundCounts() throws Exception {
        engine.answering(hello);
        client.post(PATH, ASK + ",\"max_tokens\":5,\"max_completion_tokens\":2}");
        assertThat(engine.next().request().maxTokens()).isEqualTo(2);
    }
}
