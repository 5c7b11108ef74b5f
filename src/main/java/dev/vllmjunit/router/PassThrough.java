package dev.vllmjunit.router;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.router.RouterConfig.Target;
import dev.vllmjunit.router.Upstream.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Calls that one node answers for all, and the health of all. Thread-safe. */
final class PassThrough {

    private static final Duration HEALTH_DEADLINE = Duration.ofSeconds(5);
    private static final byte[] NOTHING = {};

    private final RouterConfig config;
    private final Upstream upstream;

    PassThrough(RouterConfig config, Upstream upstream) {
        this.config = config;
        this.upstream = upstream;
    }

    /** Asks the first prefill node, so that answers do not depend on whose turn it is. */
    Mono<Void> toPrefill(HttpServerRequest request, HttpServerResponse response) {
        Target node = config.prefill().get(0);
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(NOTHING)
                .flatMap(body -> call(
                        node,
                        request.method(),
                        request.uri(),
                        request.requestHeaders(),
                        Unpooled.wrappedBuffer(body),
                        config.prefillDeadline(),
                        GenerationRoute.loop(request)))
                .flatMap(answer -> Replies.passOn(response, answer))
                .onErrorResume(RoutingException.class, error -> Replies.error(response, error));
    }

    /** 200 without a body when every node is healthy, as a node does; else 503 that names those that are not. */
    Mono<Void> health(HttpServerRequest request, HttpServerResponse response) {
        List<Target> nodes = Stream.concat(config.prefill().stream(), config.decode().stream())
                .toList();
        EventLoop loop = GenerationRoute.loop(request);
        return Flux.fromIterable(nodes)
                .flatMapSequential(node -> ailment(node, loop))
                .collectList()
                .flatMap(ailments -> reply(
                        response, ailments.stream().flatMap(Optional::stream).toList()));
    }

    private Mono<Optional<ObjectNode>> ailment(Target node, EventLoop loop) {
        return call(
                        node,
                        HttpMethod.GET,
                        "/health",
                        new DefaultHttpHeaders(),
                        Unpooled.EMPTY_BUFFER,
                        HEALTH_DEADLINE,
                        loop)
                .map(answer -> answer.succeeded()
                        ? Optional.<ObjectNode>empty()
                        : Optional.of(ailment(node, "answered " + answer.status())))
                .onErrorResume(RoutingException.class, error -> Mono.just(Optional.of(ailment(node, error.what()))));
    }

    private static ObjectNode ailment(Target node, String what) {
        return JsonObjectBytes.JSON
                .createObjectNode()
                .put("node", node.name())
                .put("url", node.url())
                .put("reason", what);
    }

    private static Mono<Void> reply(HttpServerResponse response, List<ObjectNode> ailments) {
        if (ailments.isEmpty()) {
            return Mono.from(response.status(200).send());
        }
        ObjectNode body = JsonObjectBytes.JSON.createObjectNode();
        body.putArray("unhealthy").addAll(ailments);
        return Replies.send(response, 503, Replies.JSON, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Mono<Answer> call(
            Target node,
            HttpMethod method,
            String uri,
            HttpHeaders headers,
            ByteBuf body,
            Duration limit,
            EventLoop loop) {
        Hop hop = config.prefill().contains(node) ? Hop.PREFILL : Hop.DECODE;
        Watchdog deadline = new Watchdog(
                loop,
                System.nanoTime() + limit.toNanos(),
                () -> RoutingException.late(
                        hop, node, "answer", "did not answer " + uri, limit, "deadline of the call"));
        return Upstream.answer(upstream.request(node, method, uri, headers, body, () -> {}))
                .takeUntilOther(deadline.expiry())
                .onErrorMap(
                        error -> !(error instanceof RoutingException),
                        error -> RoutingException.broken(hop, node, "answer", error));
    }
}
