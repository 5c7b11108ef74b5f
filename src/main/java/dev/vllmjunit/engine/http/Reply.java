package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import reactor.core.publisher.Flux;

/** What an endpoint answers. */
sealed interface Reply {

    /** HTTP status. */
    int status();

    /** Value of the content-type header, if there is a body. */
    Optional<String> contentType();

    /** A whole body. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Whole(int status, Optional<String> contentType, byte[] body) implements Reply {}

    /** Server-sent events, each sent at once. */
    record Events(Flux<byte[]> events) implements Reply {

        @Override
        public int status() {
            return 200;
        }

        @Override
        public Optional<String> contentType() {
            return Optional.of("text/event-stream; charset=utf-8");
        }
    }

    /** JSON, status 200. */
    static Reply json(JsonNode body) {
        return json(200, Json.bytes(body));
    }

    /** JSON with a status. */
    static Reply json(int status, byte[] body) {
        return new Whole(status, Optional.of("application/json"), body);
    }

    /** What FastAPI answers where nothing is routed. */
    static Reply detail(int status, String detail) {
        return json(status, Json.bytes(Json.object().put("detail", detail)));
    }

    /** Text, status 200. */
    static Reply text(String contentType, String body) {
        return new Whole(200, Optional.of(contentType), body.getBytes(StandardCharsets.UTF_8));
    }

    /** No body. */
    static Reply empty(int status) {
        return new Whole(status, Optional.empty(), new byte[0]);
    }
}
