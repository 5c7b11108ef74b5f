package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterPassThroughTest {

    private final Stack stack = Stack.start();

    @AfterEach
    void close() {
        stack.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/version", "/v1/models?x=1"})
    void asksAPrefillNodeOnBehalfOfAGet(String path) {
        stack.prefill().answers(FakeNode.json(200, "{\"version\":\"0.32.0\"}"));

        HttpResponse<String> response = stack.get(path);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"version\":\"0.32.0\"}");
        assertThat(stack.prefill().only().method()).isEqualTo("GET");
        assertThat(stack.prefill().only().uri()).isEqualTo(path);
        assertThat(stack.decode().received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tokenize", "/detokenize"})
    void asksAPrefillNodeOnBehalfOfAPost(String path) {
        stack.prefill().answers(FakeNode.json(404, "{\"error\":{\"code\":404}}"));

        HttpResponse<String> response = stack.post(path, "{\"prompt\":\"é\"}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).isEqualTo("{\"error\":{\"code\":404}}");
        assertThat(stack.prefill().only().uri()).isEqualTo(path);
        assertThat(stack.prefill().only().body()).isEqualTo("{\"prompt\":\"é\"}");
    }

    @Test
    void saysThatTheNodeItAsksIsGone() {
        stack.prefill().close();

        HttpResponse<String> response = stack.get("/v1/models");

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body())
                .isEqualTo("{\"error\":{\"message\":\"Prefill hop failed: node prefill-0 at "
                        + stack.prefill().endpoint()
                        + " refused the connection; check that it runs and that the URL is right.\",\"type\":\"BadGatewayError\","
                        + "\"param\":null,\"code\":502,\"hop\":\"prefill\",\"node\":\"prefill-0\",\"url\":\""
                        + stack.prefill().endpoint() + "\",\"phase\":\"connect\"}}");
    }

    @Test
    void isHealthyWhenAllNodesAre() {
        HttpResponse<String> response = stack.get("/health");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(stack.prefill().only().uri()).isEqualTo("/health");
        assertThat(stack.decode().only().uri()).isEqualTo("/health");
    }

    @Test
    void namesTheNodesThatAreNotHealthy() {
        stack.prefill().answers(FakeNode.json(503, ""));
        stack.decode().close();

        HttpResponse<String> response = stack.get("/health");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body())
                .isEqualTo("{\"unhealthy\":[{\"node\":\"prefill-0\",\"url\":\""
                        + stack.prefill().endpoint()
                        + "\",\"reason\":\"answered 503\"},{\"node\":\"decode-0\",\"url\":\""
                        + stack.decode().endpoint()
                        + "\",\"reason\":\"refused the connection; check that it runs and that the URL is right.\"}]}");
    }

    @Test
    void knowsNoOtherPath() {
        assertThat(stack.get("/v1/embeddings").statusCode()).isEqualTo(404);
        assertThat(stack.get("/v1/embeddings").body()).isEqualTo("{\"detail\":\"Not Found\"}");
        assertThat(stack.post("/", "{}").body()).isEqualTo("{\"detail\":\"Not Found\"}");
    }

    @Test
    void knowsOneMethodForEachPath() {
        HttpResponse<String> response = stack.get("/v1/completions");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.body()).isEqualTo("{\"detail\":\"Method Not Allowed\"}");
        assertThat(response.headers().firstValue("Allow")).hasValue("POST");
    }

    @Test
    void countsRequestsErrorsAndTimes() {
        stack.complete(Samples.STREAM_REQUEST);
        stack.decode().answers(FakeNode.json(500, "{}"));
        stack.complete(Samples.STREAM_REQUEST);
        stack.complete("{");

        HttpResponse<String> response = stack.get("/metrics");

        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body().lines())
                .contains(
                        "vllm_junit_router_requests_total{path=\"/v1/completions\"} 3.0",
                        "vllm_junit_router_errors_total{hop=\"decode\"} 1.0",
                        "vllm_junit_router_errors_total{hop=\"prefill\"} 0.0",
                        "vllm_junit_router_errors_total{hop=\"router\"} 1.0",
                        "vllm_junit_router_errors_total{hop=\"client\"} 0.0",
                        "vllm_junit_router_requests_running 0.0",
                        "vllm_junit_router_hop_seconds_count{part=\"router_to_prefill\"} 1",
                        "vllm_junit_router_hop_seconds_count{part=\"prefill\"} 1",
                        "vllm_junit_router_hop_seconds_count{part=\"router_to_decode\"} 1",
                        "vllm_junit_router_hop_seconds_count{part=\"decode_first_token\"} 1",
                        "vllm_junit_router_hop_seconds_count{part=\"decode_stream\"} 1");
    }
}
