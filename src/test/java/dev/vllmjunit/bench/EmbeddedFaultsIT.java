package dev.vllmjunit.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.router.HopTimeline;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that ask for nonsense or leave, on a whole embedded stack behind the router: what they are told, and that nothing of it stays. */
@Timeout(30)
class EmbeddedFaultsIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String COMPLETIONS = "/v1/completions";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Leftovers before;
    private static EmbeddedRig rig;

    @BeforeAll
    static void start(@TempDir Path logs) throws Exception {
        EmbeddedRig.start(EmbeddedRig.request(logs)).close();
        before = Leftovers.before();
        rig = EmbeddedRig.start(EmbeddedRig.request(logs));
    }

    @AfterAll
    static void stop() {
        rig.close();
        before.assertNone();
    }

    @AfterEach
    void theStackServesOnAndHoldsNothing() throws Exception {
        assertThat(post(COMPLETIONS, body("[1, 2, 3]", 2, false)).statusCode()).isEqualTo(200);
        await().atMost(SOON).until(rig::holdsNoBlock);
        rig.router.takeTimelines();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'model': 'MODEL', 'prompt': | The request body is no JSON object in UTF-8: Unexpected end-of-input within/between"
                        + " Object entries",
                "hello | The request body is no JSON object in UTF-8: Unrecognized token 'hello': was expecting (JSON String, Number,"
                        + " Array, Object or token 'null', 'true' or 'false')",
                "[1, 2] | The request body is no JSON object in UTF-8: it does not begin with an object"
            })
    void aBodyThatIsNoJsonObject(String body, String message) throws Exception {
        HttpResponse<String> answer = post(COMPLETIONS, body.replace('\'', '"'));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo("{\"error\":{\"message\":\"" + message
                        + "\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400,\"hop\":\"router\"}}");
    }

    @Test
    void aModelThatIsNotServed() throws Exception {
        HttpResponse<String> answer = post(COMPLETIONS, "{\"model\":\"nope\",\"prompt\":\"x\",\"stream\":true}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body())
                .isEqualTo("{\"error\":{\"message\":\"The model `nope` does not exist. Valid aliases:"
                        + " meta-llama/Llama-3.1-70B.\",\"type\":\"NotFoundError\",\"param\":\"model\",\"code\":404}}");
    }

    @Test
    void aPromptBeyondTheContext() throws Exception {
        HttpResponse<String> answer = post(COMPLETIONS, body(tokens(140_000), 1, true));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":{\"message\":\"This model's maximum context length is 131072 tokens. However, your prompt"
                                + " contains 140000 input tokens, which exceeds this limit even without any output tokens. Please"
                                + " reduce the length of the input prompt. (parameter=input_tokens, value=140000)\",\"type\":"
                                + "\"BadRequestError\",\"param\":\"input_tokens\",\"code\":400}}");
    }

    @Test
    void aPathThatIsNotThere() throws Exception {
        HttpResponse<String> answer = post("/v1/nothing", "{}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("{\"detail\":\"Not Found\"}");
    }

    @Test
    void aClientThatLeavesWhilePrefillComputes() throws Exception {
        RunningNode prefill = rig.stack.prefill().get(0);
        double served = metric(prefill, "vllm:request_success_total");
        Socket client = send(body(tokens(100_000), 1, true));
        try {
            await().atMost(SOON).until(() -> requestsRunning(prefill) == 1);
        } finally {
            client.close();
        }

        await().atMost(SOON).until(() -> requestsRunning(prefill) == 0);
        assertThat(metric(prefill, "vllm:request_success_total")).isEqualTo(served);
        assertThat(hopsFailed()).containsExactly(Optional.of("client"));
    }

    @Test
    void aClientThatLeavesInMidStream() throws Exception {
        RunningNode decode = rig.stack.decode().get(0);
        try (Socket client = send(body(tokens(500), 20_000, true))) {
            byte[] begin = client.getInputStream().readNBytes(2_000);
            assertThat(new String(begin, UTF_8)).startsWith("HTTP/1.1 200 OK").contains("\"text\":\" ");
            assertThat(requestsRunning(decode)).isEqualTo(1);
        }

        await().atMost(SOON).until(() -> requestsRunning(decode) == 0);
        assertThat(hopsFailed()).containsExactly(Optional.of("client"));
    }

    private static String body(String prompt, int maxTokens, boolean stream) {
        return "{\"model\":\"" + EmbeddedRig.MODEL + "\",\"prompt\":" + prompt + ",\"max_tokens\":" + maxTokens
                + ",\"ignore_eos\":true,\"stream\":" + stream + "}";
    }

    private static String tokens(int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> Integer.toString(id % 50_000))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(rig.router.endpoint().resolve(path))
                .timeout(SOON)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static Socket send(String body) throws IOException {
        URI router = rig.router.endpoint();
        Socket client = new Socket(router.getHost(), router.getPort());
        client.setSoTimeout(Math.toIntExact(SOON.toMillis()));
        byte[] bytes = body.getBytes(UTF_8);
        client.getOutputStream()
                .write(("POST /v1/completions HTTP/1.1\r\nHost: r\r\nContent-Type: application/json\r\nContent-Length: "
                                + bytes.length + "\r\n\r\n")
                        .getBytes(UTF_8));
        client.getOutputStream().write(bytes);
        return client;
    }

    private static double requestsRunning(RunningNode node) {
        return metric(node, "vllm:num_requests_running");
    }

    private static double metric(RunningNode node, String name) {
        String text = new ControlClient(SOON).getText(node.endpoint().resolve("/metrics"));
        return PrometheusText.parse(text).sum(name);
    }

    private static Collection<Optional<String>> hopsFailed() {
        return await().atMost(SOON)
                .until(
                        () -> rig.router.takeTimelines().values().stream()
                                .map(HopTimeline::failedHop)
                                .toList(),
                        hops -> !hops.isEmpty());
    }
}
