package dev.vllmjunit.router;

import static dev.vllmjunit.router.Failures.ERROR_400;
import static dev.vllmjunit.router.Failures.assertError;
import static dev.vllmjunit.router.Failures.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouterPrefillFailuresTest {

    private Stack stack = Stack.start();

    @AfterEach
    void close() {
        stack.close();
    }

    private void restart(Duration prefill, Duration firstToken, Duration idle) {
        stack.close();
        stack = Stack.start(prefill, firstToken, idle);
    }

    private void assertFailedAt(Hop hop) {
        assertThat(stack.timeline().failedHop()).hasValue(hop.label());
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
                at(stack.prefill(), "connect"));
        assertFailedAt(Hop.PREFILL);
    }

    @Test
    void saysThatPrefillBrokeTheConnection() {
        stack.prefill().answers((received, response) -> {
            response.withConnection(FakeNode::cut);
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
                at(stack.prefill(), "answer"));
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
                at(stack.prefill(), "answer"));
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
                at(stack.prefill(), "answer"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
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
                at(stack.prefill(), "answer"));
        assertThat(stack.decode().received).isEmpty();
        assertFailedAt(Hop.PREFILL);
    }
}
