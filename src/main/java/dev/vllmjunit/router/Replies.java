package dev.vllmjunit.router;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** Complete answers to a client. */
final class Replies {

    static final String JSON = "application/json";

    private Replies() {}

    /** A body of the router's own. */
    static Mono<Void> send(HttpServerResponse response, int status, String contentType, byte[] body) {
        response.status(status).header("Content-Type", contentType);
        return Mono.from(response.send(Mono.just(Unpooled.wrappedBuffer(body))));
    }

    /** FastAPI's error for what is not routed at all. */
    static Publisher<Void> detail(HttpServerResponse response, int status, String detail) {
        byte[] body = ("{\"detail\":\"" + detail + "\"}").getBytes(StandardCharsets.UTF_8);
        return send(response, status, JSON, body);
    }

    /** An error with the hop in a header. */
    static Mono<Void> error(HttpServerResponse response, RoutingException error) {
        response.header(Headers.HOP, error.hop().label());
        return send(response, error.status(), JSON, error.json());
    }

    /** A node's answer as it came, under the client's request id. */
    static Mono<Void> passOn(HttpServerResponse response, Upstream.Answer answer, String requestId) {
        Headers.passOn(answer.headers(), response.responseHeaders());
        response.responseHeaders().set(Headers.REQUEST_ID, requestId);
        return body(response, answer);
    }

    /** A node's answer as it came. */
    static Mono<Void> passOn(HttpServerResponse response, Upstream.Answer answer) {
        Headers.passOn(answer.headers(), response.responseHeaders());
        return body(response, answer);
    }

    private static Mono<Void> body(HttpServerResponse response, Upstream.Answer answer) {
        response.status(answer.status());
        return Mono.from(response.send(Mono.just(Unpooled.wrappedBuffer(answer.body()))));
    }
}
