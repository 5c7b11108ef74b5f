package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;

/** What came back. */
record Reply(int status, HttpHeaders headers, String body) {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final String DATA = "data: ";

    JsonNode json() {
        return json(body);
    }

    /** The body of an answer that has to be 200. */
    JsonNode succeeded() {
        assertThat(status).as(body).isEqualTo(200);
        return json();
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** The data of each server-sent event, of which there must be nothing else. */
    List<String> events() {
        assertThat(body).endsWith("\n\n");
        List<String> events = Arrays.asList(body.split("\n\n"));
        assertThat(events).allMatch(event -> event.startsWith(DATA) && event.indexOf('\n') < 0);
        return events.stream().map(event -> event.substring(DATA.length())).toList();
    }

    /** The chunks of a stream that has to end with {@code [DONE]}. */
    List<JsonNode> chunks() {
        assertThat(status).as(body).isEqualTo(200);
        List<String> events = events();
        assertThat(events).last().isEqualTo("[DONE]");
        return events.subList(0, events.size() - 1).stream().map(Reply::json).toList();
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }
}
