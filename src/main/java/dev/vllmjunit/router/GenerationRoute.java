package dev.vllmjunit.router;

import io.netty.channel.EventLoop;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Takes a generation request in, chooses its nodes and sees to its end. Thread-safe. */
final class GenerationRoute {

    private static final byte[] NOTHING = {};

    private final RouterConfig config;
    private final Upstream upstream;
    private final Timelines timelines;
    private final RouterMetrics metrics;
    private final NodeChoice prefill;
    private final NodeChoice decode;

    GenerationRoute(RouterConfig config, Upstream upstream, Timelines timelines, RouterMetrics metrics) {
        this.config = config;
        this.upstream = upstream;
        this.timelines = timelines;
        this.metrics = metrics;
        this.prefill = new NodeChoice(config.prefill());
        this.decode = new NodeChoice(config.decode());
    }

    Mono<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        metrics.started(request.fullPath());
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(NOTHING)
                .flatMap(body -> route(request, response, body, System.nanoTime()))
                .onErrorResume(RoutingException.class, error -> refuse(response, error))
                .doFinally(signal -> metrics.ended());
    }

    private Mono<Void> route(HttpServerRequest request, HttpServerResponse response, byte[] body, long receivedNanos) {
        ClientRequest client = ClientRequest.parse(request.fullPath(), body);
        Exchange exchange = new Exchange(requestId(request), prefill.next(), decode.next(), receivedNanos, timelines);
        return new PrefillThenDecode(config, upstream, client, exchange, request, response, loop(request))
                .run()
                .onErrorResume(error -> fail(exchange, response, error))
                .doOnCancel(() -> exchange.end(Hop.CLIENT));
    }

    private static String requestId(HttpServerRequest request) {
        @Nullable String given = request.requestHeaders().get(Headers.REQUEST_ID);
        return given == null || given.isBlank() ? UUID.randomUUID().toString() : given;
    }

    /** The event loop of the client's connection. */
    static EventLoop loop(HttpServerRequest request) {
        AtomicReference<EventLoop> loop = new AtomicReference<>();
        request.withConnection(connection -> loop.set(connection.channel().eventLoop()));
        return Objects.requireNonNull(loop.get());
    }

    private Mono<Void> refuse(HttpServerResponse response, RoutingException error) {
        metrics.failed(error.hop());
        return Replies.error(response, error);
    }

    private static Mono<Void> fail(Exchange exchange, HttpServerResponse response, Throwable cause) {
        if (response.hasSentHeaders()) {
            exchange.end(Hop.CLIENT);
            return Mono.error(cause);
        }
        RoutingException error = cause instanceof RoutingException known ? known : RoutingException.internal(cause);
        exchange.end(error.hop());
        response.header(Headers.REQUEST_ID, exchange.requestId());
        return Replies.error(response, error);
    }
}
