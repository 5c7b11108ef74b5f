package dev.vllmjunit.router;

import static dev.vllmjunit.router.Failures.ERROR_500;
import static dev.vllmjunit.router.Failures.assertEndsInError;
import static dev.vllmjunit.router.Failures.assertError;
import static dev.vllmjunit.router.Failures.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class RouterDecodeFailuresTest {

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
                at(stack.decode(), "connect"));
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
                at(stack.decode(), "first-token"));
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
                at(stack.decode(), "answer"));
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
                at(stack.decode(), "answer"));
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
                stack.decode(),
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
                stack.decode(),
                "BadGatewayError",
                502,
                "ended its stream without data: [DONE]; the output is cut.",
                "stream");
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void givesTheFirstTokenItsDeadlineWhateverElseComes() {
        restart(Stack.LONG, Duration.ofMillis(1_500), Stack.LONG);
        String role = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
        stack.decode().answers(FakeNode.events(Flux.concat(Flux.just(role), Flux.never())));

        assertEndsInError(
                stack.complete(Samples.STREAM_REQUEST),
                List.of(role),
                stack.decode(),
                "GatewayTimeoutError",
                504,
                "sent no first token within 1500 ms (first-token deadline).",
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
                stack.decode(),
                "GatewayTimeoutError",
                504,
                "sent nothing more within 200 ms (idle deadline).",
                "stream");
        assertFailedAt(Hop.DECODE);
    }

    @Test
    void lastsAsLongAsTokensCome() {
        Duration deadline = Duration.ofSeconds(1);
        restart(Stack.LONG, deadline, deadline);
        List<String> events = new ArrayList<>(Collections.nCopies(7, Samples.STREAM.get(0)));
        events.add("data: [DONE]\n\n");
        stack.decode().answers(FakeNode.events(Flux.fromIterable(events).delayElements(Duration.ofMillis(200))));

        assertThat(stack.complete(Samples.STREAM_REQUEST).body()).isEqualTo(String.join("", events));
        HopTimeline timeline = stack.timeline();
        assertThat(timeline.failedHop()).isEmpty();
        assertThat(Duration.ofNanos(timeline.lastTokenNanos() - timeline.decodeSentNanos()))
                .isGreaterThan(deadline);
    }
}
