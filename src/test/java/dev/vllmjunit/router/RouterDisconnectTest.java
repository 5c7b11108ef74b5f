package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

class RouterDisconnectTest {

    private final Stack stack = Stack.start();

    @AfterEach
    void close() {
        stack.close();
    }

    private Socket send(String body) throws IOException {
        Socket client = new Socket(
                InetAddress.getLoopbackAddress(), stack.router.endpoint().getPort());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        client.getOutputStream()
                .write(("POST /v1/completions HTTP/1.1\r\nHost: r\r\nX-Request-Id: r-1\r\nContent-Length: "
                                + bytes.length + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return client;
    }

    private void assertLeft(FakeNode node) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(node.openConnections).hasValue(0));
        var timelines = new ArrayList<HopTimeline>();
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            timelines.addAll(stack.router.takeTimelines().values());
            assertThat(timelines).extracting(HopTimeline::failedHop).containsExactly(Optional.of("client"));
        });
    }

    /** Sends a request and closes the connection as soon as the node has it. */
    private void leaveOnce(FakeNode node, String body) throws IOException {
        Socket client = send(body);
        try {
            await().atMost(Duration.ofSeconds(10)).until(() -> !node.received.isEmpty());
        } finally {
            client.close();
        }
    }

    @Test
    void reachesThePrefillNode() throws IOException {
        stack.prefill().answers(FakeNode.hangs());
        leaveOnce(stack.prefill(), Samples.STREAM_REQUEST);

        assertLeft(stack.prefill());
        assertThat(stack.decode().received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reachesTheDecodeNodeBeforeItsHeaders(boolean stream) throws IOException {
        stack.decode().answers(FakeNode.hangs());
        leaveOnce(stack.decode(), "{\"prompt\":\"p\",\"stream\":" + stream + "}");

        assertLeft(stack.decode());
    }

    @Test
    void reachesTheDecodeNodeInMidStream() throws IOException {
        stack.decode().answers(FakeNode.events(Flux.concat(Flux.just(Samples.STREAM.get(0)), Flux.never())));
        try (Socket client = send(Samples.STREAM_REQUEST)) {
            String start = new String(client.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
            assertThat(start).isEqualTo("HTTP/1.1 200");
        }

        assertLeft(stack.decode());
    }

    @Test
    void reachesADecodeNodeThatKeepsSending() throws IOException {
        stack.decode()
                .answers(FakeNode.events(
                        Flux.interval(Duration.ofMillis(1)).onBackpressureDrop().map(tick -> Samples.STREAM.get(0))));
        try (Socket client = send(Samples.STREAM_REQUEST)) {
            client.getInputStream().readNBytes(1_000);
        }

        assertLeft(stack.decode());
    }
}
