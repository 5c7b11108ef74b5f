package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

class RouterFailuresTest {

    private static final String ERROR_400 =
            "{\"error\":{\"message\":\"too long\",\"type\":\"BadRequestError\",\"param\":\"input_tokens\",\"code\":400}}";
    private static final String ERROR_500 =
            "{\"error\":{\"message\":\"Internal server error\",\"type\":\"InternalServerError\",\"param\":null,\"code\":500}}";

    private Stack stack = Stack.start();

    @AfterEach
    void close() {
        stack.close();
    }

    private void restart(Duration prefill, Duration firstToken, Duration idle) {
        stack.close();
        stack = Stack.start(prefill, firstToken, idle);
    }

    private static void assertError(
            HttpResponse<String> response, Hop hop, int status, String type, String message, String param, String where) {
        assertThat(response.body())
                .isEqualTo("{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\",\"param\":" + param
                        + ",\"code\":" + status + ",\"hop\":\"" + hop.label() + "\"" + where + "}}");
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue(Headers.HOP)).hasValue(hop.label());
    }

    private String at(Hop hop, String phase) {
        FakeNode node = hop == Hop.PREFILL ? stack.prefill() : stack.decode();
        return ",\"node\":\"" + node.target().name() + "\",\"url\":\"" + node.endpoint() + "\",\"phase\":\"" + phase
                + "\"";
    }

    private void assertFailedAt(Hop hop) {
        assertThat(stack.timeline().failedHop()).isEqualTo(Optional.of(hop.label()));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 422, 500, 503})
    void passesPrefillsErrorOn(int status) {
        stack.prefill().answers(FakeNode.json(status, ERROR_400));

        HttpResponse<String> response = stack.complete(Samples.STREAM_REQUEST);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).isEqualTo(ERROR_400);
        assertThat(response.headers().firstValue(Headers.HOP)).hasValue("prefill");
        assertThat(response.headers().firstValue("X-Request-Id")).hasValue("r-1");
        assertThat(stack.decode().received).isEmpty();
        assertFailedAt(Hop.PREFILL);
    }

    @Test
    void saysThatPrefillRefusedTheConnection() {
        stack.prefill().close();

        assertError(
                stack.complete(Samples.STREAM_REQUEST),
                Hop.PREFILL,
                502,
                "BadGatewayError",
                "Prefill hop failed: node prefill-0 at " + stack.prefill().endpoint()
                        + " refused the connection; check that it runs and that the URL is right.",
                "null",
                at(Hop.PREFILL, "connect"));
        assertFailedAt(Hop.PREFILL);
    }

    @Test
    void saysThatPrefillBrokeTheConnection() {
        stack.prefill().answers((received, response) -> {
            response.withConnection(connection -> connection.channel().close());
            return response.send();
        });

        assertError(
                stack.complete(Samples.STREAM_REQUEST),
                Hop.PREFILL,
                502,
                "BadGatewayError",
                "Prefill hop failed: node prefill-0 at " + stack.prefill().endpoint()
                        + " closed the connection before its answer was complete; look at its log for a crash.",
                "null",
                at(Hop.PREFILL, "answer"));
        assertThat(stack.prefill().received).hasSize(1);
        assertFailedAt(Hop.PREFILL);
    }

    @Test
    void givesPrefillItsDeadline() {
        restart(Stack.SHORT, Stack.LONG, Stack.LONG);
        stack.prefill().answers(FakeNode.hangs());
        long before = System.nanoTime();

        HttpResponse<String> response = stack.complete(Samples.STREAM_REQUEST);

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(Stack.SHORT, Stack.LONG.dividedBy(4));
        assertError(
                response,
                Hop.PREFILL,
                504,
                "GatewayTimeoutError",
                "Prefill hop failed: node prefill-0 at " + stack.prefill().endpoint()
                        + " did not answer within 200 ms (prefill deadline).",
                "null",
                at(Hop.PREFILL, "answer"));
        assertFailedAt(Hop.PREFILL);
    }

    @Test
    void refusesAnAnswerOfPrefillThatIsNoJson() {
        stack.prefill().answers(FakeNode.json(200, "<html>"));

        assertError(
                stack.complete(Samples.STREAM_REQUEST),
                Hop.PREFILL,
                502,
                "BadGatewayError",
                "Prefill hop failed: node prefill-0 at " + stack.prefill().endpoint()
                        + " answered 200 with something other than a JSON object.",
                "null",
                at(Hop.PREFILL, "answer"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            do_remote_prefill | true
            remote_block_ids  | a list with at least one block
            remote_engine_id  | a text
            remote_request_id | a text
            remote_host       | a text
            remote_port       | a port, 1..65535
            """)
    void neverForwardsAnIncompleteTransfer(String key, String allowed) {
        String incomplete = Samples.PARAMS.replace("\"" + key + "\"", "\"other\"");
        stack.prefill().answers(FakeNode.json(200, Samples.prefillAnswer(incomplete)));

        assertError(
                stack.complete(Samples.STREAM_REQUEST),
                Hop.PREFILL,
                502,
                "BadGatewayError",
                "Prefill hop failed: node prefill-0 at " + stack.prefill().endpoint()
                        + " answered with kv_transfer_params whose " + key + " is missing, but has to be " + allowed
                        + "; such an object kills or hangs a decode node and was not forwarded.",
                "\"kv_transfer_params." + key + "\"",
                at(Hop.PREFILL, "answer"));
        assertThat(stack.decode().received).isEmpty();
        assertFailedAt(Hop.PREFILL);
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
    @CsvSource(delimiter = '|', textBlock = """
            ''                 | not a JSON object in UTF-8
            [1]                | not a JSON object in UTF-8
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

    @Test
    void passesDecodesErrorOn() {
        stack.decode().answers(FakeNode.json(500, ERROR_500));

        HttpResponse<String> response = stack.complete(Samples.STREAM_REQUEST);

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).isEqualTo(ERROR_500);
        assertThat(response.headers().firstValue(Headers.HOP)).hasValue("decode");
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void saysThatDecodeRefusedTheConnection() {
        stack.decode().close();

        assertError(
                stack.complete(Samples.STREAM_REQUEST),
                Hop.DECODE,
                502,
                "BadGatewayError",
                "Decode hop failed: node decode-0 at " + stack.decode().endpoint()
                        + " refused the connection; check that it runs and that the URL is right.",
                "null",
                at(Hop.DECODE, "connect"));
        HopTimeline timeline = stack.timeline();
        assertThat(timeline.failedHop()).hasValue("decode");
        assertThat(timeline.prefillAnsweredNanos()).isPositive();
        assertThat(timeline.decodeSentNanos()).isZero();
    }

    @Test
    void givesDecodesHeadersTheFirstTokenDeadline() {
        restart(Stack.LONG, Stack.SHORT, Stack.LONG);
        stack.decode().answers(FakeNode.hangs());

        assertError(
                stack.complete(Samples.STREAM_REQUEST),
                Hop.DECODE,
                504,
                "GatewayTimeoutError",
                "Decode hop failed: node decode-0 at " + stack.decode().endpoint()
                        + " sent no first token within 200 ms (first-token deadline).",
                "null",
                at(Hop.DECODE, "first-token"));
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void givesAWholeAnswerTheIdleDeadlineForEachToken() {
        restart(Stack.LONG, Stack.SHORT, Stack.SHORT);
        stack.decode().answers(FakeNode.hangs());

        assertError(
                stack.complete("{\"prompt\":\"p\",\"max_tokens\":2}"),
                Hop.DECODE,
                504,
                "GatewayTimeoutError",
                "Decode hop failed: node decode-0 at " + stack.decode().endpoint()
                        + " did not answer within 600 ms (first-token deadline and the idle deadline for each of 2 tokens).",
                "null",
                at(Hop.DECODE, "answer"));
    }

    @Test
    void saysThatAWholeAnswerWasCut() {
        stack.decode().answers(FakeNode.cutAfter("application/json", List.of("{\"choi")));

        assertError(
                stack.complete("{\"prompt\":\"p\"}"),
                Hop.DECODE,
                502,
                "BadGatewayError",
                "Decode hop failed: node decode-0 at " + stack.decode().endpoint()
                        + " closed the connection before its answer was complete; look at its log for a crash.",
                "null",
                at(Hop.DECODE, "answer"));
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void passesDecodesErrorEventOnAsItIs() {
        List<String> events = List.of("data: " + ERROR_500 + "\n\n", "data: [DONE]\n\n");
        stack.decode().answers(FakeNode.events(events));

        HttpResponse<String> response = stack.complete(Samples.STREAM_REQUEST);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(String.join("", events));
        HopTimeline timeline = stack.timeline();
        assertThat(timeline.failedHop()).hasValue("decode");
        assertThat(timeline.firstTokenNanos()).isZero();
    }

    @Test
    void addsNoSecondErrorToAStreamThatEndsAfterAnErrorEvent() {
        stack.decode().answers(FakeNode.cutAfter(List.of(Samples.STREAM.get(0), "data: " + ERROR_500 + "\n\n")));

        assertThat(stack.complete(Samples.STREAM_REQUEST).body())
                .isEqualTo(Samples.STREAM.get(0) + "data: " + ERROR_500 + "\n\n");
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void turnsAConnectionThatBreaksInMidStreamIntoAnErrorEvent() {
        List<String> events = new ArrayList<>(Samples.STREAM.subList(0, 1));
        events.add("data: {\"id\":\"cmpl");
        stack.decode().answers(FakeNode.cutAfter(events));

        HttpResponse<String> response = stack.complete(Samples.STREAM_REQUEST);

        assertEndsInError(
                response,
                events,
                "BadGatewayError",
                502,
                "closed the connection before its answer was complete; look at its log for a crash.",
                "stream");
        assertThat(stack.timeline().firstTokenNanos()).isPositive();
    }

    @Test
    void turnsAStreamWithoutDoneIntoAnErrorEvent() {
        List<String> events = Samples.STREAM.subList(0, 3);
        stack.decode().answers(FakeNode.events(events));

        assertEndsInError(
                stack.complete(Samples.STREAM_REQUEST),
                events,
                "BadGatewayError",
                502,
                "ended its stream without data: [DONE]; the output is cut.",
                "stream");
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void givesTheFirstTokenItsDeadlineWhateverElseComes() {
        restart(Stack.LONG, Stack.SHORT, Stack.LONG);
        String role = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
        stack.decode().answers(FakeNode.events(Flux.concat(Flux.just(role), Flux.never())));

        assertEndsInError(
                stack.complete(Samples.STREAM_REQUEST),
                List.of(role),
                "GatewayTimeoutError",
                504,
                "sent no first token within 200 ms (first-token deadline).",
                "first-token");
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void givesEachGapOfAStreamTheIdleDeadline() {
        restart(Stack.LONG, Stack.LONG, Stack.SHORT);
        stack.decode().answers(FakeNode.events(Flux.concat(Flux.just(Samples.STREAM.get(0)), Flux.never())));

        assertEndsInError(
                stack.complete(Samples.STREAM_REQUEST),
                Samples.STREAM.subList(0, 1),
                "GatewayTimeoutError",
                504,
                "sent nothing more within 200 ms (idle deadline).",
                "stream");
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void lastsAsLongAsTokensCome() {
        restart(Stack.LONG, Stack.LONG, Duration.ofMillis(400));
        Flux<String> slow = Flux.fromIterable(Samples.STREAM).delayElements(Duration.ofMillis(150));
        stack.decode().answers(FakeNode.events(slow));

        assertThat(stack.complete(Samples.STREAM_REQUEST).body()).isEqualTo(String.join("", Samples.STREAM));
        assertThat(stack.timeline().failedHop()).isEmpty();
    }

    private void assertEndsInError(
            HttpResponse<String> response, List<String> before, String type, int code, String what, String phase) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo(String.join("", before) + "\n\ndata: {\"error\":{\"message\":\"Decode hop failed: node decode-0 at "
                        + stack.decode().endpoint() + " " + what + "\",\"type\":\"" + type + "\",\"param\":null,\"code\":"
                        + code + ",\"hop\":\"decode\"" + at(Hop.DECODE, phase) + "}}\n\ndata: [DONE]\n\n");
    }
}
