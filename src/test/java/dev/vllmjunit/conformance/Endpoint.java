package dev.vllmjunit.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.PrometheusText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Somebody who answers HTTP.
 *
 * @param uri without a path
 */
record Endpoint(URI uri) {

    static final String COMPLETIONS = "/v1/completions";
    static final String CHAT = "/v1/chat/completions";

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Reply get(String path) {
        return send(to(path).GET());
    }

    /** A POST of this text as JSON. */
    Reply post(String path, String json) {
        return send(to(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    Reply post(String path, JsonNode body) {
        return post(path, body.toString());
    }

    /** The answer of a completion that has to succeed. */
    JsonNode complete(JsonNode body) {
        return post(COMPLETIONS, body).succeeded();
    }

    /** How many tokens of a fresh answer's prompt came from a cache. */
    int cachedTokens(int[] prompt) {
        return complete(Requests.completion(prompt))
                .at("/usage/prompt_tokens_details/cached_tokens")
                .asInt(-1);
    }

    MetricsSnapshot metrics() {
        return PrometheusText.parse(get("/metrics").body());
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(uri.resolve(path)).timeout(DEADLINE);
    }

    Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new AssertionError(uri + " does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
