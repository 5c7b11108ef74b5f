package dev.vllmjunit.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /tokenize} and {@code /detokenize}. */
class TokenizeSurfaceTest extends NodeFixture {

    @Test
    void countsAndListsTheTokensOfAPrompt() throws Exception {
        assertThat(client.post("/tokenize", "{\"model\":\"tiny\",\"prompt\":\"hi hi\",\"add_special_tokens\":true}")
                        .body())
                .isEqualTo("{\"count\":2,\"max_model_len\":1000,\"tokens\":[6151,15960],\"token_strs\":null}");
    }

    @Test
    void returnsTokenTexts() throws Exception {
        assertThat(client.post("/tokenize", "{\"prompt\":\"hi hi\",\"return_token_strs\":true}")
                        .body())
                .isEqualTo("{\"count\":2,\"max_model_len\":1000,\"tokens\":[6151,15960],"
                        + "\"token_strs\":[\"hi\",\" hi\"]}");
    }

    @Test
    void anEmptyPromptHasNoTokens() throws Exception {
        assertThat(client.post("/tokenize", "{\"prompt\":\"\"}").body())
                .isEqualTo("{\"count\":0,\"max_model_len\":1000,\"tokens\":[],\"token_strs\":null}");
    }

    @Test
    void tokenizesMessagesWithTheChatTemplate() throws Exception {
        String body = client.post(
                        "/tokenize",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\"},{\"role\":\"user\","
                                + "\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}]}")
                .body();
        int[] expected = tokenizer.encode("user: hi\nassistant: \nuser: a\nb\nassistant:");
        assertThat(body).contains("\"tokens\":" + Arrays.toString(expected).replace(" ", ""));
    }

    @Test
    void detokenizesTheSameText() throws Exception {
        assertThat(client.post("/detokenize", "{\"tokens\":[6151,15960]}").body())
                .isEqualTo("{\"prompt\":\"hi hi\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/tokenize|{}|400|2 validation errors:\\n  {'type': 'missing', 'loc': 'body.prompt', 'msg': 'Field required',"
                        + " 'input': '<dict of 0 items>'}\\n  {'type': 'missing', 'loc': 'body.messages', 'msg': 'Field"
                        + " required', 'input': '<dict of 0 items>'}",
                "/tokenize|{\"prompt\":5}|400|2 validation errors:\\n  {'type': 'string_type', 'loc': 'body.prompt', 'msg':"
                        + " 'Input should be a valid string', 'input': '5'}\\n  {'type': 'missing', 'loc':"
                        + " 'body.messages', 'msg': 'Field required', 'input': '<dict of 1 items>'}",
                "/tokenize|{\"prompt\":\"a\",\"model\":\"nope\"}|404|The model `nope` does not exist. Valid aliases: tiny.",
                "/detokenize|{}|400|1 validation error:\\n  {'type': 'missing', 'loc': 'body.tokens', 'msg': 'Field required',"
                        + " 'input': '<dict of 0 items>'}",
                "/detokenize|{\"tokens\":[-1]}|400|1 validation error:\\n  {'type': 'greater_than_equal', 'loc':"
                        + " 'body.tokens.0', 'msg': 'Input should be greater than or equal to 0', 'input': '-1', 'ctx':"
                        + " {'ge': 0}}"
            },
            quoteCharacter = '§')
    void refusesInTheWordsOfVllm(String path, String body, int status, String message) throws Exception {
        HttpResponse<String> response = client.post(path, body);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).startsWith("{\"error\":{\"message\":\"" + message + "\",\"type\":\"");
    }
}
