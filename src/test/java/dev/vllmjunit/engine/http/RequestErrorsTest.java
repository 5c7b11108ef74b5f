package dev.vllmjunit.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node refuses, in the words of vLLM 0.32 (recorded from its own request models and handlers, where it has words for it). */
class RequestErrorsTest extends NodeFixture {

    private static final String COMPLETIONS = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";
    private static final String DICT = "Input should be a valid dictionary or object to extract fields from";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "[1]|body|{'type': 'model_attributes_type', 'loc': 'body', 'msg': '" + DICT
                        + "', 'input': '<list of 1 items>'}",
                "\"x\"|body|{'type': 'model_attributes_type', 'loc': 'body', 'msg': '" + DICT + "', 'input': 'x'}",
                "{\"prompt\":\"a\",\"max_tokens\":\"x\"}|body.max_tokens|{'type': 'int_parsing', 'loc': 'body.max_tokens',"
                        + " 'msg': 'Input should be a valid integer, unable to parse string as an integer', 'input':"
                        + " 'x'}",
                "{\"prompt\":\"a\",\"max_tokens\":1.5}|body.max_tokens|{'type': 'int_from_float', 'loc': 'body.max_tokens',"
                        + " 'msg': 'Input should be a valid integer, got a number with a fractional part', 'input':"
                        + " '1.5'}",
                "{\"prompt\":\"a\",\"max_tokens\":[1]}|body.max_tokens|{'type': 'int_type', 'loc': 'body.max_tokens', 'msg':"
                        + " 'Input should be a valid integer', 'input': '<list of 1 items>'}",
                "{\"prompt\":\"a\",\"stream\":\"maybe\"}|body.stream|{'type': 'bool_parsing', 'loc': 'body.stream', 'msg':"
                        + " 'Input should be a valid boolean, unable to interpret input', 'input': 'maybe'}",
                "{\"prompt\":\"a\",\"stream\":[1]}|body.stream|{'type': 'bool_type', 'loc': 'body.stream', 'msg': 'Input"
                        + " should be a valid boolean', 'input': '<list of 1 items>'}",
                "{\"prompt\":\"a\",\"model\":5}|body.model|{'type': 'string_type', 'loc': 'body.model', 'msg': 'Input should"
                        + " be a valid string', 'input': '5'}",
                "{\"prompt\":\"a\",\"temperature\":\"hot\"}|body.temperature|{'type': 'float_parsing', 'loc':"
                        + " 'body.temperature', 'msg': 'Input should be a valid number, unable to parse string as a"
                        + " number', 'input': 'hot'}",
                "{\"prompt\":\"a\",\"temperature\":[]}|body.temperature|{'type': 'float_type', 'loc': 'body.temperature',"
                        + " 'msg': 'Input should be a valid number', 'input': '<list of 0 items>'}",
                "{\"prompt\":\"a\",\"stream\":true,\"stream_options\":5}|body.stream_options|{'type':"
                        + " 'model_attributes_type', 'loc': 'body.stream_options', 'msg': '" + DICT
                        + "', 'input': '5'}",
                "{\"prompt\":\"a\",\"kv_transfer_params\":\"x\"}|body.kv_transfer_params|{'type': 'dict_type', 'loc':"
                        + " 'body.kv_transfer_params', 'msg': 'Input should be a valid dictionary', 'input': 'x'}",
                "{\"prompt\":\"a\",\"n\":\"x\"}|body.n|{'type': 'int_parsing', 'loc': 'body.n', 'msg': 'Input should be a"
                        + " valid integer, unable to parse string as an integer', 'input': 'x'}"
            })
    void aWrongTypeIsPydanticsError(String body, String param, String finding) throws Exception {
        assertRefused(COMPLETIONS, body, "1 validation error:\n  " + finding, "Bad Request", param, 400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{}|prompt|Either prompt or prompt_embeds must be provided and non-empty. (parameter=prompt)",
                "{\"prompt\":\"\"}|prompt|Either prompt or prompt_embeds must be provided and non-empty. (parameter=prompt)",
                "{\"prompt\":null}|prompt|Either prompt or prompt_embeds must be provided and non-empty. (parameter=prompt)",
                "{\"prompt\":[]}||You must pass at least one prompt",
                "{\"prompt\":[[]]}||The decoder prompt cannot be empty",
                "{\"prompt\":[\"\"]}||The decoder prompt cannot be empty",
                "{\"prompt\":[1,100256]}||Token id 100256 is out of vocabulary",
                "{\"prompt\":[1,99999999999999999999999]}||Token id 99999999999999999999999 is out of vocabulary",
                "{\"prompt\":\"a\",\"max_tokens\":0}|max_tokens|max_tokens must be at least 1, got 0. (parameter=max_tokens,"
                        + " value=0)",
                "{\"prompt\":\"a\",\"max_tokens\":1001}|max_tokens|max_tokens=1001 cannot be greater than"
                        + " max_model_len=1000. Please request fewer output tokens. (parameter=max_tokens, value=1001)",
                "{\"prompt\":\"a\",\"stream_options\":{\"include_usage\":true}}|stream_options|Stream options can only be"
                        + " defined when `stream=True`. (parameter=stream_options)",
                "{\"prompt\":\"a\",\"logprobs\":\"2\"}|logprobs|`logprobs` must be an integer. (parameter=logprobs, value=2)",
                "{\"prompt\":\"a\",\"logprobs\":-3}|logprobs|`logprobs` must be a positive value or -1. (parameter=logprobs,"
                        + " value=-3)",
                "{\"prompt\":\"a\",\"logprobs\":21}|logprobs|Requested sample logprobs of 21, which is greater than max"
                        + " allowed: 20 (parameter=logprobs, value=21)",
                "{\"prompt\":\"a\",\"cache_salt\":\"\"}|cache_salt|Parameter 'cache_salt' must be a non-empty string if"
                        + " provided. (parameter=cache_salt)",
                "{\"prompt\":\"a\",\"cache_salt\":\"a/b\"}|cache_salt|Parameter 'cache_salt' must be at most 128 characters"
                        + " and must not contain '@', '/', '\\\\', or NUL. (parameter=cache_salt)",
                "{\"prompt\":\"a\",\"temperature\":-1}|temperature|temperature must be non-negative, got -1.0."
                        + " (parameter=temperature, value=-1.0)",
                "{\"prompt\":\"a\",\"temperature\":2.5}|temperature|temperature must be in [0, 2], got 2.5."
                        + " (parameter=temperature, value=2.5)",
                "{\"prompt\":\"a\",\"top_p\":0}|top_p|top_p must be in (0, 1], got 0.0. (parameter=top_p, value=0.0)",
                "{\"prompt\":\"a\",\"max_tokens\":4,\"min_tokens\":9}||min_tokens must be less than or equal to max_tokens=4, got 9.",
                "{\"prompt\":\"a\",\"min_tokens\":-1}||min_tokens must be greater than or equal to 0, got -1.",
                "{\"prompt\":\"a\",\"n\":0}||n must be at least 1, got 0.",
                "{\"prompt\":\"a\",\"n\":2}|n|n is 2; the embedded node answers n=1 only (parameter=n)",
                "{\"prompt\":\"a\",\"echo\":true}|echo|echo is not supported by the embedded node; leave it out, or run"
                        + " against a real vLLM (parameter=echo)",
                "{\"prompt\":\"a\",\"stop\":[\"x\"]}|stop|stop is not supported by the embedded node; leave it out, or run"
                        + " against a real vLLM (parameter=stop)",
                "{\"prompt\":\"a\",\"response_format\":{\"type\":\"json_object\"}}|response_format|response_format is not"
                        + " supported by the embedded node; leave it out, or run against a real vLLM"
                        + " (parameter=response_format)",
            })
    void aWrongValueIsVllmsError(String body, @Nullable String param, String message) throws Exception {
        assertRefused(COMPLETIONS, body, message, "BadRequestError", param, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"prompt\":\"a\",\"max_tokens\":\"7\",\"stream\":\"no\"}",
                "{\"prompt\":\"a\",\"max_tokens\":7.0,\"logprobs\":null,\"stream\":null,\"echo\":false,\"n\":1}",
                "{\"prompt\":\"a\",\"model\":\"\",\"suffix\":\"\",\"tools\":null,\"logit_bias\":{},\"unheard_of\":[1]}",
                "{\"prompt\":\"a\",\"seed\":18446744073709551616,\"response_format\":{\"type\":\"text\"}}"
            })
    void whatPydanticLetsPassPasses(String body) throws Exception {
        engine.answering(hello);
        assertThat(client.post(COMPLETIONS, body).statusCode()).isEqualTo(200);
    }

    @Test
    void anUnknownModelIsNotFound() throws Exception {
        for (String path : new String[] {COMPLETIONS, CHAT}) {
            assertRefused(
                    path,
                    "{\"model\":\"nope\",\"prompt\":\"a\",\"messages\":[]}",
                    "The model `nope` does not exist. Valid aliases: tiny.",
                    "NotFoundError",
                    "model",
                    404);
        }
    }

    @Test
    void malformedJsonIsNamedWithItsPlace() throws Exception {
        HttpResponse<String> response = client.post(COMPLETIONS, "{\"prompt\": }");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .startsWith(
                        "{\"error\":{\"message\":\"1 validation error:\\n  {'type': 'json_invalid', 'loc': 'body.11',"
                                + " 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': {'error': ")
                .endsWith("\"type\":\"Bad Request\",\"param\":\"body.11\",\"code\":400}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"prompt\":\"a\"} x", "nonsense", "{\"prompt\":\"a\",}"})
    void whatIsNotJsonIsRefused(String body) throws Exception {
        HttpResponse<String> response = client.post(CHAT, body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("'json_invalid'", "JSON decode error");
    }

    @Test
    void anEmptyBodyIsAMissingOne() throws Exception {
        assertRefused(
                COMPLETIONS,
                "",
                "1 validation error:\n  {'type': 'missing', 'loc': 'body', 'msg': 'Field required', 'input': 'None'}",
                "Bad Request",
                "body",
                400);
    }

    @Test
    void aPromptOfAnotherTypeFailsAllFourShapes() throws Exception {
        String list =
                "\n  {'type': 'list_type', 'loc': 'body.prompt', 'msg': 'Input should be a valid list', 'input': '5'}";
        String text =
                "\n  {'type': 'string_type', 'loc': 'body.prompt', 'msg': 'Input should be a valid string', 'input': '5'}";
        assertRefused(
                COMPLETIONS,
                "{\"prompt\":5}",
                "4 validation errors:" + list + list + text + list,
                "Bad Request",
                "body.prompt",
                400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "[1,-2]|body.prompt.1|Input should be greater than or equal to 0",
                "[1,\"a\"]|body.prompt.1|Input should be a valid integer",
                "[\"a\",1]|body.prompt.0|Input should be a valid integer, unable to parse string as an integer",
                "[[1],[2,null]]|body.prompt.0|Input should be a valid integer"
            })
    void aPromptsWrongElementIsNamed(String prompt, String param, String message) throws Exception {
        HttpResponse<String> response = client.post(COMPLETIONS, "{\"prompt\":" + prompt + "}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("'msg': '" + message, "\"param\":\"" + param + "\"");
    }

    @Test
    void anotherMediaTypeIsRefused() throws Exception {
        HttpResponse<String> response = client.send(client.to(COMPLETIONS)
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"a\"}")));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .isEqualTo("{\"error\":{\"message\":\"1 validation error:\\n  Unsupported Media Type: Only"
                        + " 'application/json' is allowed\",\"type\":\"Bad Request\",\"param\":null,\"code\":400}}");
    }

    @Test
    void aPromptLongerThanTheContextIsRefused() throws Exception {
        assertRefused(
                COMPLETIONS,
                "{\"prompt\":\"" + " hi".repeat(1_002) + "\"}",
                "This model's maximum context length is 1000 tokens. However, your prompt contains 1002 input tokens, which"
                        + " exceeds this limit even without any output tokens. Please reduce the length of the input"
                        + " prompt. (parameter=input_tokens, value=1002)",
                "BadRequestError",
                "input_tokens",
                400);
    }

    @Test
    void aPromptAsLongAsTheContextLeavesNoRoom() throws Exception {
        assertRefused(
                COMPLETIONS,
                "{\"prompt\":\"" + " hi".repeat(1_000) + "\"}",
                "max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)",
                "BadRequestError",
                "max_tokens",
                400);
    }

    @Test
    void aBodyLongerThanTheLimitIsAnsweredAndTheConnectionGoesOn() throws Exception {
        assertRefused(
                COMPLETIONS,
                "{\"prompt\":\"" + "x".repeat((int) JsonBody.LIMIT) + "\"}",
                "The request body is longer than 33554432 bytes; send a shorter prompt.",
                "Request Entity Too Large",
                null,
                413);
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{}|1 validation error:\\n  {'type': 'missing', 'loc': 'body.messages', 'msg': 'Field required', 'input':"
                        + " '<dict of 0 items>'}",
                "{\"messages\":\"x\"}|1 validation error:\\n  {'type': 'list_type', 'loc': 'body.messages', 'msg': 'Input"
                        + " should be a valid list', 'input': 'x'}",
                "{\"messages\":[]}|Cannot apply chat template to an empty conversation. Provide at least one message.",
                "{\"messages\":[5]}|1 validation error:\\n  {'type': 'dict_type', 'loc': 'body.messages.0', 'msg': 'Input"
                        + " should be a valid dictionary', 'input': '5'}",
                "{\"messages\":[{\"content\":\"a\"}]}|1 validation error:\\n  {'type': 'missing', 'loc':"
                        + " 'body.messages.0.role', 'msg': 'Field required', 'input': '<dict of 1 items>'}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}]}|A"
                        + " content part has the type \\\"image_url\\\"; the embedded model reads parts of type"
                        + " \\\"text\\\" only (parameter=messages)",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"top_logprobs\":2}|when using `top_logprobs`,"
                        + " `logprobs` must be set to true. (parameter=top_logprobs)",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{}]}|tools is not supported by the"
                        + " embedded node; leave it out, or run against a real vLLM (parameter=tools)"
            })
    void chatIsRefusedInItsOwnTerms(String body, String message) throws Exception {
        HttpResponse<String> response = client.post(CHAT, body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).startsWith("{\"error\":{\"message\":\"" + message + "\",\"type\":\"");
    }

    @Test
    void aDeadEngineIsAnInternalError() throws Exception {
        engine.healthy = false;
        assertRefused(
                COMPLETIONS,
                "{\"prompt\":\"a\",\"stream\":true}",
                "EngineCore encountered an issue. See stack trace (above) for the root cause.",
                "InternalServerError",
                null,
                500);
    }

    @Test
    void aFailureWithoutAStreamIsAnInternalError() throws Exception {
        engine.doing(submission -> submission.listener().onError("Internal server error"));
        HttpResponse<String> response = client.post(COMPLETIONS, "{\"prompt\":\"a\"}");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body())
                .isEqualTo("{\"error\":{\"message\":\"Internal server error\",\"type\":\"InternalServerError\","
                        + "\"param\":null,\"code\":500}}");
    }

    @Test
    void aFailureWithinAStreamIsAnEventAndThenTheEnd() throws Exception {
        engine.doing(submission -> {
            submission.listener().onToken(hello, -1);
            submission.listener().onError("Internal server error");
            submission.listener().onToken(world, -1);
        });
        HttpResponse<String> response = client.post(COMPLETIONS, "{\"prompt\":\"a\",\"stream\":true}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body().lines().skip(2))
                .containsExactly(
                        "data: {\"error\":{\"message\":\"Internal server error\",\"type\":\"InternalServerError\","
                                + "\"param\":null,\"code\":500}}",
                        "",
                        "data: [DONE]",
                        "");
    }

    @Test
    void aFailureOfOnePromptAbortsTheOthers() throws Exception {
        engine.doing(submission -> {
            if (submission.request().requestId().contains("-1-")) {
                submission.listener().onError("Internal server error");
            }
        });
        HttpResponse<String> response = client.post(COMPLETIONS, "{\"prompt\":[\"a\",\"b\",\"c\"],\"stream\":true}");
        assertThat(response.body().lines().filter(line -> line.equals("data: [DONE]")))
                .hasSize(1);
        // The others are aborted beside the answer.
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(engine.aborted).hasSize(2).noneMatch(id -> id.contains("-1-")));
    }

    private void assertRefused(String path, String body, String message, String type, @Nullable String param, int code)
            throws Exception {
        HttpResponse<String> response = client.post(path, body);
        ObjectNode expected = Json.object();
        expected.putObject("error")
                .put("message", message)
                .put("type", type)
                .put("param", param)
                .put("code", code);
        assertThat(response.body())
                .as(() -> String.format(Locale.ROOT, "answer to %.200s", body))
                .isEqualTo(expected.toString());
        assertThat(response.statusCode()).isEqualTo(code);
        assertThat(engine.submissions).isEmpty();
    }
}
