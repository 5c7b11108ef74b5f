package dev.vllmjunit.load;

import static dev.vllmjunit.load.Driving.TIMEOUT;
import static dev.vllmjunit.load.Driving.closedLoop;
import static dev.vllmjunit.load.Responses.DONE;
import static dev.vllmjunit.load.Responses.chunked;
import static dev.vllmjunit.load.Responses.error;
import static dev.vllmjunit.load.Responses.event;
import static dev.vllmjunit.load.Responses.head;
import static dev.vllmjunit.load.Responses.stream;
import static dev.vllmjunit.load.Responses.usage;
import static dev.vllmjunit.load.Responses.withLength;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.load.ScriptedServer.Close;
import dev.vllmjunit.load.ScriptedServer.Pause;
import dev.vllmjunit.load.ScriptedServer.Reset;
import dev.vllmjunit.load.ScriptedServer.Send;
import dev.vllmjunit.load.ScriptedServer.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every way in which a request can fail is a record that says so, and none is a success. */
class FailedRequestTest {

    private static final String JSON = "application/json";

    @Test
    void aStatusThatIsNoSuccessHasTheServersMessage() {
        failsWith(
                withLength(
                        400,
                        JSON,
                        "{\"error\":{\"message\":\"This model's maximum context length is 8 tokens.\",\"code\":400}}"),
                "HTTP 400: This model's maximum context length is 8 tokens.");
        failsWith(
                withLength(401, JSON, "{\"error\":\"Unauthorized\"}"),
                "HTTP 401: Unauthorized; set or correct vllm.attach.token, the bearer token");
        failsWith(withLength(404, JSON, "{\"detail\":\"Not Found\"}"), "HTTP 404: Not Found");
        failsWith(withLength(500, JSON, "{\"error\":\"plain\"}"), "HTTP 500: plain");
        failsWith(withLength(502, "text/html", "<h1>Bad Gateway</h1>"), "HTTP 502: <h1>Bad Gateway</h1>");
        failsWith(withLength(503, JSON, ""), "HTTP 503: without a message");
        failsWith(withLength(307, JSON, "", "Location: /other"), "HTTP 307: without a message");
        failsWith(withLength(500, "text/plain", "x".repeat(1_000)), "HTTP 500: " + "x".repeat(300) + "…");
    }

    @Test
    void theHopIsNamedWhenTheServerNamesIt() {
        try (ScriptedServer server = ScriptedServer.answering(withLength(
                504, JSON, "{\"error\":{\"message\":\"no answer within 5 s\"}}", "x-vllm-junit-hop: prefill-0"))) {
            assertThat(Driving.one(server.endpoint(), 1, TIMEOUT).error())
                    .contains("HTTP 504: no answer within 5 s (POST " + server.url() + ", hop prefill-0)");
        }
    }

    @Test
    void anErrorEventIsNoSuccessAlthoughTheStreamEndsWell() {
        failsWith(
                chunked(error("Internal server error"), DONE),
                "error event in the stream after 0 output events: Internal server error");
        failsWith(
                chunked(event("a", "\"length\""), error("EngineCore encountered an issue."), usage(1), DONE),
                "error event in the stream after 1 output event: EngineCore encountered an issue.");
        failsWith(
                chunked(event("a", "null"), error("late")).replace("0\r\n\r\n", ""),
                new Close(),
                "error event in the stream after 1 output event: late");
    }

    @Test
    void aStreamThatIsCutIsNoSuccess() {
        String cut = stream(3).substring(0, stream(3).indexOf(" w2"));
        failsWith(cut, new Close(), "connection closed by the server in the stream after 2 output events");
        failsWith(cut, new Reset(), "connection reset by the server in the stream after 2 output events");
        failsWith(
                stream(1).replace("0\r\n\r\n", ""),
                new Close(),
                "connection closed by the server in the stream after 1 output event");
        failsWith("", new Close(), "connection closed by the server while waiting for the first token");
        failsWith("HTTP/1.1 200", new Reset(), "connection reset by the server while waiting for the first token");
    }

    @Test
    void aStreamWithoutDoneIsNoSuccess() {
        failsWith(chunked(event("a", "\"length\""), usage(1)), "the stream ended without [DONE] after 1 output event");
        failsWith(
                head("text/event-stream") + event("a", "\"length\"") + usage(1),
                new Close(),
                "the stream ended without [DONE] after 1 output event");
        failsWith(chunked(), "the stream ended without [DONE] after 0 output events");
        failsWith(
                head("text/event-stream", "Content-Length: 0"),
                "the stream ended without [DONE] after 0 output events");
    }

    @Test
    void aStreamWithoutFinishReasonIsNoSuccess() {
        failsWith(chunked(event("a", "null"), usage(1), DONE), "no finish_reason came");
    }

    @Test
    void anotherNumberOfTokensIsNoSuccess() {
        failsWith(
                chunked(event("a", "\"stop\""), usage(0), DONE),
                "0 output tokens came, but 1 were asked for (finish_reason stop)");
        failsWith(
                chunked(event("a b", "\"length\""), usage(2), DONE),
                "2 output tokens came, but 1 were asked for (finish_reason length)");
        failsWith(chunked(event("a", "\"length\""), DONE), "no usage came, so that output tokens can't be counted");
        failsWith(chunked(event("", "\"stop\""), usage(1), DONE), "no event with output came");
    }

    @Test
    void anAnswerInOnePieceIsJudgedAlike() {
        failsWith(withLength(200, JSON, "{\"error\":{\"message\":\"no\"}}"), "error in the answer: no");
        failsWith(withLength(200, JSON, "{}"), "an answer without choices: {}");
        failsWith(withLength(200, JSON, "{\"choices\":[{\"text\":\"a\"}]}"), "no finish_reason came");
        failsWith(
                withLength(200, JSON, "{\"choices\":[{\"text\":\"a\",\"finish_reason\":\"length\"}]}"),
                "no usage came, so that output tokens can't be counted");
        failsWith(
                withLength(
                        200,
                        JSON,
                        "{\"choices\":[{\"text\":\"a\",\"finish_reason\":\"stop\"}],\"usage\":{\"completion_tokens\":0}}"),
                "0 output tokens came, but 1 were asked for (finish_reason stop)");
    }

    @Test
    void whatIsNoHttpIsNoSuccess() {
        failsWith(
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "malformed response: no HTTP/1.1 status line but \"SSH-2.0-OpenSSH_9.2\" while waiting for the first token");
        failsWith(
                stream(1).replace("0\r\n\r\n", "") + "zz",
                "malformed response: a chunk whose size has the byte 0x7a in the stream after 1 output event");
    }

    @Test
    void aRefusedConnectionIsNamed() throws IOException {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + free.getLocalPort());
        }
        assertThat(Driving.one(nobody, 1, TIMEOUT).error())
                .contains("connection refused while connecting (POST " + nobody + "/v1/completions)");
    }

    @Test
    void anUnknownHostIsNamed() {
        assertThat(Driving.one(URI.create("http://no-such-host.invalid:80"), 1, TIMEOUT)
                        .error())
                .contains("unknown host while connecting (POST http://no-such-host.invalid:80/v1/completions)");
    }

    @Test
    void aTimeoutNamesThePhase() {
        Duration timeout = Duration.ofMillis(150);
        timesOut(timeout, List.of(new Pause(60_000)), "timed out after 150 ms while waiting for the first token");
        timesOut(
                timeout,
                List.of(new Send(stream(2).substring(0, stream(2).indexOf(" w1"))), new Pause(60_000)),
                "timed out after 150 ms in the stream after 1 output event");
    }

    private static void timesOut(Duration timeout, List<Step> steps, String expected) {
        try (ScriptedServer server = new ScriptedServer(request -> steps);
                NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadResult result = driver.run(closedLoop(1, 2, 1), server.endpoint(), timeout, finished -> {});

            assertThat(result.requests())
                    .hasSize(2)
                    .allSatisfy(
                            request -> assertThat(request.error()).contains(expected + " (POST " + server.url() + ")"))
                    .allSatisfy(request -> assertThat(request.endToEndNanos())
                            .as("the timeout counts from before the connection was opened")
                            .isGreaterThan(timeout.dividedBy(2).toNanos()));
            assertThat(server.accepted)
                    .as("a connection is not used again after a timeout")
                    .hasValue(2);
        }
    }

    @Test
    void aFullBacklogTimesOutWhileConnecting() throws IOException {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyLoadDriver driver = new NettyLoadDriver()) {
            URI endpoint = URI.create("http://127.0.0.1:" + full.getLocalPort());
            LoadResult result = driver.run(closedLoop(8, 8, 1), endpoint, Duration.ofMillis(300), finished -> {});

            assertThat(result.requests()).noneMatch(RequestRecord::succeeded);
            assertThat(result.requests())
                    .extracting(request -> request.error().orElseThrow())
                    .contains("timed out after 300 ms while connecting (POST " + endpoint + "/v1/completions)");
        }
    }

    @Test
    void aConnectionIsNotUsedAgainAfterAFailureButAfterASuccess() {
        String failing = chunked(error("no"), DONE);
        try (ScriptedServer server =
                        new ScriptedServer(request -> List.of(new Send(request.number() == 1 ? failing : stream(1))));
                NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadResult result = driver.run(closedLoop(1, 4, 1), server.endpoint(), TIMEOUT, finished -> {});

            assertThat(result.requests()).extracting(RequestRecord::succeeded).containsExactly(true, false, true, true);
            assertThat(server.accepted).hasValue(2);
        }
    }

    @Test
    void aConnectionThatTheServerWantsClosedIsClosed() {
        String response = stream(1).replace("content-type", "Connection: close\r\ncontent-type");
        try (ScriptedServer server = ScriptedServer.answering(response);
                NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadResult result = driver.run(closedLoop(1, 3, 1), server.endpoint(), TIMEOUT, finished -> {});

            assertThat(result.requests()).allMatch(RequestRecord::succeeded);
            assertThat(server.accepted).hasValue(3);
        }
    }

    @Test
    void aBodyUpToTheConnectionsEndCanBeASuccess() {
        try (ScriptedServer server = new ScriptedServer(request -> List.of(
                new Send(head("text/event-stream") + event("a", "\"length\"") + usage(1) + DONE), new Close()))) {
            assertThat(Driving.one(server.endpoint(), 1, TIMEOUT).error()).isEmpty();
        }
    }

    private static void failsWith(String response, String expected) {
        fails(List.of(new Send(response)), expected);
    }

    private static void failsWith(String response, Step then, String expected) {
        fails(List.of(new Send(response), new Pause(20), then), expected);
    }

    private static void fails(List<Step> steps, String expected) {
        try (ScriptedServer server = new ScriptedServer(request -> steps)) {
            RequestRecord request = Driving.one(server.endpoint(), 1, TIMEOUT);

            assertThat(request.error()).contains(expected + " (POST " + server.url() + ")");
            assertThat(request.succeeded()).isFalse();
            assertThat(request.endNanos()).isGreaterThanOrEqualTo(request.sentNanos());
        }
    }
}
