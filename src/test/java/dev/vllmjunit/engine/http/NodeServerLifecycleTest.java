package dev.vllmjunit.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.engine.http.FakeEngine.Submission;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import reactor.netty.ChannelBindException;

/** Starting and stopping a node's surface. */
class NodeServerLifecycleTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final FakeEngine engine = new FakeEngine();

    @Test
    void closingAbortsWhatRunsAndEndsEveryThread() throws Exception {
        NodeServer server = start("node-to-close", OptionalInt.empty());
        HttpURLConnection connection = (HttpURLConnection)
                server.endpoint().resolve("/v1/completions").toURL().openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream body = connection.getOutputStream()) {
            body.write("{\"prompt\":\"a\",\"stream\":true}".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(connection.getResponseCode()).isEqualTo(200);
        Submission submission = engine.next();

        server.close();
        server.close();

        await().atMost(SOON).untilAsserted(() -> assertThat(engine.aborted)
                .containsExactly(submission.request().requestId()));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(threadsOf("node-to-close")).isEmpty());
        assertThatThrownBy(() -> new NodeClient(server.endpoint()).get("/health"))
                .isInstanceOf(java.net.ConnectException.class);
    }

    @Test
    void aPinnedPortIsUsedAndFreeAgainAfterwards() throws Exception {
        int port = freePort();
        for (int i = 0; i < 2; i++) {
            try (NodeServer server = start("node-pinned", OptionalInt.of(port))) {
                assertThat(server.endpoint()).hasToString("http://127.0.0.1:" + port);
                assertThat(new NodeClient(server.endpoint()).get("/health").statusCode())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void aPortInUseLeavesNothingBehind() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start("node-refused", OptionalInt.of(taken.getLocalPort())))
                    .isInstanceOf(ChannelBindException.class);
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(threadsOf("node-refused")).isEmpty());
    }

    @Test
    void headersAndTokensAreSentAtOnce() throws Exception {
        try (NodeServer server = start("node-flushing", OptionalInt.empty())) {
            HttpResponse<java.io.InputStream> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(server.endpoint().resolve("/v1/completions"))
                                    .header("Content-Type", "application/json")
                                    .timeout(SOON)
                                    .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"a\",\"stream\":true}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode())
                    .as("headers come before the first token")
                    .isEqualTo(200);
            Submission submission = engine.next();
            BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) {
                submission.listener().onToken(1000 + i, -1);
                assertThat(lines.readLine()).startsWith("data: {");
                assertThat(lines.readLine()).isEmpty();
            }
        }
    }

    private NodeServer start(String name, OptionalInt port) {
        return NodeServer.start(new NodeServerConfig(name, NodeFixture.MODEL, "127.0.0.1", port), engine);
    }

    private static List<String> threadsOf(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(thread -> thread.startsWith(name))
                .toList();
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
