package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.stream.Stream;

/** Finds what a server says about an error, in the shapes that vLLM and web frameworks use. */
final class ServerMessage {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ServerMessage() {}

    /** The message in an error's JSON, or the body itself, shortened. */
    static String of(byte[] body) {
        JsonNode json = json(body);
        String message = Stream.of(
                        json.at("/error/message"), json.path("error"), json.path("message"), json.path("detail"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .findFirst()
                .orElseGet(() -> new String(body, UTF_8));
        return message.isBlank() ? "without a message" : Wording.shortened(message);
    }

    /** The JSON of some bytes; a missing node when they are none. */
    static JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
