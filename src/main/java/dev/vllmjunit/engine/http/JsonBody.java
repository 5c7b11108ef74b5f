package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/**
 * A request body, gathered up to a limit. What comes behind the limit is read and dropped, so that the client gets its answer instead of
 * a reset connection.
 */
final class JsonBody {

    static final long LIMIT = 32L << 20;

    private static final ObjectReader READER =
            Json.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean tooLarge;

    private JsonBody() {}

    /** The request's body, once it is all there. */
    static Mono<JsonBody> of(HttpServerRequest request) {
        String type = request.requestHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
        if (!type.split(";", 2)[0].toLowerCase(Locale.ROOT).equals("application/json")) {
            return Mono.error(new ApiError(
                            "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed",
                            "Bad Request",
                            null,
                            400)
                    .asException());
        }
        return request.receive().collect(JsonBody::new, JsonBody::add);
    }

    private void add(ByteBuf part) {
        if (bytes.size() + part.readableBytes() > LIMIT) {
            tooLarge = true;
            bytes.reset();
        }
        if (!tooLarge) {
            byte[] copy = new byte[part.readableBytes()];
            part.readBytes(copy);
            bytes.writeBytes(copy);
        }
    }

    /**
     * The body as JSON.
     *
     * @throws ApiException if it is too long, empty, or not JSON
     */
    JsonNode parse() {
        if (tooLarge) {
            throw ApiError.tooLarge(LIMIT).asException();
        }
        if (bytes.size() == 0) {
            throw Violation.missing("body", MissingNode.getInstance()).error().asException();
        }
        try {
            JsonNode body = READER.readTree(bytes.toByteArray());
            if (body.isNull()) {
                throw Violation.missing("body", body).error().asException();
            }
            return body;
        } catch (JsonProcessingException e) {
            throw malformed(e).asException();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ApiError malformed(JsonProcessingException e) {
        long offset = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
        String cause = e.getOriginalMessage().lines().findFirst().orElse("not JSON");
        return new Violation(
                        "json_invalid",
                        "body." + offset,
                        "JSON decode error",
                        "<dict of 0 items>",
                        "'error': " + Violation.quoted(cause))
                .error();
    }
}
