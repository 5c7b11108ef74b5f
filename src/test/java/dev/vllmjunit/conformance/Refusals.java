package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node does not serve, and how it says so. */
abstract class Refusals {

    private final StackUnderTest stack;

    Refusals(StackUnderTest stack) {
        this.stack = stack;
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "refusals.csv", delimiter = '|', quoteCharacter = '~', numLinesToSkip = 1)
    void refuses(String path, String body, int status, String error) {
        Reply reply = stack.prefill.post(path, body);

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        assertThat(reply.body()).isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {                                      | json_invalid          | body.1
            {"a":1,}                               | json_invalid          | body.7
            {"prompt":[400],"max_tokens":1} x      | json_invalid          | body.32
            ``                                     | missing               | body
            null                                   | missing               | body
            [1]                                    | model_attributes_type | body
            "a"                                    | model_attributes_type | body
            """)
    void bodiesThatAreNoJsonObject(String body, String finding, String where) {
        Reply reply = stack.prefill.post(Endpoint.COMPLETIONS, body);

        assertThat(reply.status()).isEqualTo(400);
        JsonNode error = reply.json().path("error");
        assertThat(error.path("message").asText())
                .startsWith("1 validation error:\n  {'type': '" + finding + "', 'loc': '" + where + "', 'msg': '");
        assertThat(error.path("type").asText()).isEqualTo("Bad Request");
        assertThat(error.path("param").asText()).isEqualTo(where);
        assertThat(error.path("code").asInt()).isEqualTo(400);
    }

    @Test
    void otherContentTypes() {
        Reply reply = stack.prefill.send(stack.prefill
                .to(Endpoint.COMPLETIONS)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(Requests.completion(400).toString())));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body())
                .isEqualTo("{\"error\":{\"message\":\"1 validation error:\\n  Unsupported Media Type: Only"
                        + " 'application/json' is allowed\",\"type\":\"Bad Request\",\"param\":null,\"code\":400}}");
    }

    @Test
    void promptsLongerThanTheModel() {
        Reply reply = stack.prefill.post(
                Endpoint.COMPLETIONS, Requests.completion(Requests.fresh(StackUnderTest.LONGEST + 904)));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body())
                .isEqualTo("{\"error\":{\"message\":\"This model's maximum context length is 4096 tokens. However, your"
                        + " prompt contains 5000 input tokens, which exceeds this limit even without any output tokens."
                        + " Please reduce the length of the input prompt. (parameter=input_tokens, value=5000)\","
                        + "\"type\":\"BadRequestError\",\"param\":\"input_tokens\",\"code\":400}}");
    }

    @Test
    void promptsThatLeaveNoRoomForAToken() {
        Reply reply =
                stack.prefill.post(Endpoint.COMPLETIONS, Requests.completion(Requests.fresh(StackUnderTest.LONGEST)));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body())
                .isEqualTo("{\"error\":{\"message\":\"max_tokens must be at least 1, got 0. (parameter=max_tokens,"
                        + " value=0)\",\"type\":\"BadRequestError\",\"param\":\"max_tokens\",\"code\":400}}");
    }

    @Test
    void aRefusedStreamIsNoStream() {
        Reply reply = stack.prefill.post(
                Endpoint.COMPLETIONS,
                Requests.streaming(Requests.completion(400)).put("model", "nope"));

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void refusedRequestsCountNowhere() {
        Counting counting = Counting.node(stack.decode);
        stack.decode.post(Endpoint.COMPLETIONS, Requests.completion(400).put("max_tokens", 0));
        stack.decode.complete(Requests.completion(Requests.fresh(5)));

        counting.moves(Served.computing(5).counters());
    }
}
