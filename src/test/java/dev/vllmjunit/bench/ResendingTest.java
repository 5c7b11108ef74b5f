package dev.vllmjunit.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.workload.PlannedRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a server that answers with the prompt that it was asked. */
class ResendingTest {

    private static final int PROMPTS = 10;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger salted = new AtomicInteger();
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch together = new CountDownLatch(4);
    private HttpServer server;
    private String broken = "none";

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/completions", exchange -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            JsonNode request = new ObjectMapper().readTree(exchange.getRequestBody());
            calls.incrementAndGet();
            salted.addAndGet(request.path("cache_salt").asText().startsWith("fresh-") ? 1 : 0);
            meet();
            String prompt = request.path("prompt").asText();
            byte[] answer =
                    "{\"choices\": [{\"text\": \"%s\"}]}".formatted(prompt).getBytes(UTF_8);
            now.decrementAndGet();
            exchange.sendResponseHeaders(prompt.equals(broken) ? 500 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    /** The first four wait for each other. */
    private void meet() {
        together.countDown();
        try {
            assertThat(together.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void fourAreAskedAtOnceAndToldOfInOrder() {
        assertThat(told(resending())).containsExactlyElementsOf(expected(PROMPTS));
        assertThat(most).hasValue(4);
        assertThat(calls).hasValue(2 * PROMPTS);
        assertThat(salted).hasValue(PROMPTS);
    }

    @Test
    void whatWasComputedAfreshIsKept() {
        Resending resending = resending();
        told(resending);

        told(resending);

        assertThat(calls).hasValue(3 * PROMPTS);
        assertThat(salted).hasValue(PROMPTS);
    }

    @Test
    void theFirstFailureEndsIt() {
        broken = "prompt 2";
        List<String> told = new ArrayList<>();

        assertThatExceptionOfType(ControlCallException.class)
                .isThrownBy(() -> resending().send(prompts(), RunSalt.none(), answers -> told.add(tell(answers))))
                .withMessageContaining("answered 500");

        assertThat(told).containsExactlyElementsOf(expected(2));
    }

    private static List<String> expected(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "prompt " + i + ", prompt " + i)
                .toList();
    }

    private static List<String> told(Resending resending) {
        List<String> told = new ArrayList<>();
        resending.send(prompts(), RunSalt.none(), answers -> told.add(tell(answers)));
        return told;
    }

    private static String tell(Resending.Answers answers) {
        return answers.right().text() + ", " + answers.again().text();
    }

    private static List<Resending.Prompt> prompts() {
        return IntStream.range(0, PROMPTS)
                .mapToObj(i -> new Resending.Prompt(planned(i), 8))
                .toList();
    }

    private static PlannedRequest planned(int index) {
        byte[] body = "{\"prompt\": \"prompt %d\"}".formatted(index).getBytes(UTF_8);
        return new PlannedRequest(index, index, 0, false, Duration.ZERO, 4, 8, body);
    }

    private Resending resending() {
        URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return new Resending(endpoint, endpoint, new GenerationCalls(Duration.ofSeconds(20), Map.of(), Tls.ofJvm()));
    }
}
