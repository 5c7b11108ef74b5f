package dev.vllmjunit.engine.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.engine.http.FakeEngine.Submission;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that goes away takes its requests with it, whatever they are doing. */
class DisconnectTest extends NodeFixture {

    private static final Duration SOON = Duration.ofSeconds(5);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void beforeTheFirstToken(boolean stream) throws Exception {
        Socket socket = post("{\"prompt\":\"a\",\"stream\":" + stream + "}");
        Submission submission = engine.next();
        socket.close();
        assertAborted(submission);
    }

    @Test
    void whileTokensStream() throws Exception {
        Submission submission;
        try (Socket socket = post("{\"prompt\":\"a\",\"stream\":true}")) {
            submission = engine.next();
            submission.listener().onToken(hello, -1);
            BufferedReader reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            assertThat(reader.lines().filter(line -> line.startsWith("data:")).findFirst())
                    .hasValueSatisfying(line -> assertThat(line).contains(" hello"));
        }
        assertAborted(submission);
    }

    @Test
    void withAResetInsteadOfAnOrderlyEnd() throws Exception {
        Submission submission;
        try (Socket socket = post("{\"prompt\":\"a\",\"stream\":true}")) {
            submission = engine.next();
            socket.setSoLinger(true, 0);
        }
        assertAborted(submission);
    }

    @Test
    void everyPromptOfACallIsAborted() throws Exception {
        Socket socket = post("{\"prompt\":[\"a\",\"b\"]}");
        Submission first = engine.next();
        Submission second = engine.next();
        first.finish("length");
        socket.close();
        assertAborted(second);
        assertThat(engine.aborted).doesNotContain(first.request().requestId());
    }

    @Test
    void inTheMiddleOfTheBodyNothingIsSubmitted() throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort())) {
            send(
                    socket,
                    "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 1000\r\n\r\n{\"prompt\":");
        }
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
        assertThat(engine.submissions).isEmpty();
    }

    @Test
    void aClientThatStaysIsNotAborted() throws Exception {
        engine.answering(hello);
        client.post("/v1/completions", "{\"prompt\":\"a\",\"stream\":true}");
        client.post("/v1/completions", "{\"prompt\":\"a\"}");
        assertThat(engine.aborted).isEmpty();
    }

    @Test
    void whatTheEngineSaysAfterwardsIsDropped() throws Exception {
        Socket socket = post("{\"prompt\":\"a\"}");
        Submission submission = engine.next();
        socket.close();
        assertAborted(submission);
        submission.listener().onToken(hello, -1);
        submission.listener().onError("aborted");
        submission.finish("abort");
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
    }

    private void assertAborted(Submission submission) {
        await().atMost(SOON).untilAsserted(() -> assertThat(engine.aborted)
                .contains(submission.request().requestId()));
    }

    private Socket post(String body) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort());
        send(
                socket,
                "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
        socket.getOutputStream().flush();
    }
}
