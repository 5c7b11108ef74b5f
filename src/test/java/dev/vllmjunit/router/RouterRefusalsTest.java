package dev.vllmjunit.router;

import static dev.vllmjunit.router.Failures.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouterRefusalsTest {

    private final Stack stack = Stack.start();

    @AfterEach
    void close() {
        stack.close();
    }

    @Test
    void refusesATransferObjectFromTheClient() {
        assertError(
                stack.complete("{\"prompt\":\"p\",\"kv_transfer_params\":" + Samples.PARAMS + "}"),
                Hop.ROUTER,
                400,
                "BadRequestError",
                "kv_transfer_params is for the router to set: with a client's own object the decode node would read"
                        + " blocks that belong to another request. Leave it out.",
                "\"kv_transfer_params\"",
                "");
        assertThat(stack.prefill().received).isEmpty();
        assertThat(stack.router.takeTimelines()).isEmpty();
    }

    @Test
    void refusesSeveralSequences() {
        assertError(
                stack.complete("{\"prompt\":\"p\",\"n\":2}"),
                Hop.ROUTER,
                400,
                "BadRequestError",
                "n is 2, but the KV blocks of one prefill can be handed to one sequence only. Send n requests.",
                "\"n\"",
                "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"a\",\"b\"]", "[[1,2],[3]]"})
    void refusesSeveralPrompts(String prompts) {
        assertError(
                stack.complete("{\"prompt\":" + prompts + "}"),
                Hop.ROUTER,
                400,
                "BadRequestError",
                "prompt holds several prompts, but prefill names the KV blocks of the first one only, and decode would"
                        + " read them for all. Send one request for each prompt.",
                "\"prompt\"",
                "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            ''                 | it does not begin with an object
            [1]                | it does not begin with an object
            {"prompt":"p"} x   | Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
            {"prompt":"p"} {}  | something follows the JSON object
            """)
    void refusesABodyThatIsNoJson(String body, String why) {
        assertError(
                stack.complete(body),
                Hop.ROUTER,
                400,
                "BadRequestError",
                "The request body is no JSON object in UTF-8: " + why,
                "null",
                "");
    }
}
