package dev.vllmjunit.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.evidence.Generation;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.tls.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Sends a planned completion again, unmeasured, for its tokens and their probabilities. */
final class GenerationCalls {

    /** The only path whose answers it can read. */
    static final String PATH = "/v1/completions";

    private static final int ALTERNATIVES = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ControlClient client;

    GenerationCalls(Duration deadline, Map<String, String> headers, Tls tls) {
        this.client = new ControlClient(deadline, headers, tls);
    }

    /** Whether a planned request asks for the likeliest token each time, so that its output is a function of its prompt. */
    static boolean isGreedy(byte[] body) {
        return read(body).path("temperature").asDouble(1) == 0;
    }

    /** The same prompt, the same way as the measured request. */
    Generation again(URI endpoint, byte[] body, int tokens) {
        return send(endpoint, ask(body, tokens));
    }

    /** The same prompt with a salt that no cache has seen. */
    Generation afresh(URI endpoint, byte[] body, int tokens) {
        return send(endpoint, ask(body, tokens).put("cache_salt", "fresh-" + UUID.randomUUID()));
    }

    private static ObjectNode ask(byte[] body, int tokens) {
        ObjectNode request = read(body);
        request.remove(List.of("stream", "stream_options"));
        return request.put("max_tokens", tokens)
                .put("temperature", 0)
                .put("logprobs", ALTERNATIVES)
                .put("return_token_ids", true);
    }

    private Generation send(URI endpoint, ObjectNode request) {
        JsonNode choice =
                client.postJson(endpoint.resolve(PATH), request).path("choices").path(0);
        JsonNode logprobs = choice.path("logprobs");
        List<String> pieces = texts(logprobs.path("tokens"));
        List<String> ids = texts(choice.path("token_ids"));
        List<Double> values = new ArrayList<>();
        logprobs.path("token_logprobs").forEach(value -> values.add(value.asDouble()));
        List<Map<String, Double>> alternatives = new ArrayList<>();
        logprobs.path("top_logprobs").forEach(top -> alternatives.add(values(top)));
        return new Generation(
                choice.path("text").asText(), ids.size() == pieces.size() ? ids : pieces, values, alternatives, pieces);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static Map<String, Double> values(JsonNode object) {
        Map<String, Double> values = new LinkedHashMap<>();
        object.properties()
                .forEach(entry -> values.put(entry.getKey(), entry.getValue().asDouble()));
        return values;
    }

    private static ObjectNode read(byte[] body) {
        try {
            return (ObjectNode) JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException("a planned request is no JSON object", e);
        }
    }
}
