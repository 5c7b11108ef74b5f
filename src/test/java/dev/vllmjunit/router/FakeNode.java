package dev.vllmjunit.router;

import dev.vllmjunit.router.RouterConfig.Target;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/** A node that records what it is sent and answers as a test says. */
final class FakeNode implements AutoCloseable {

    /** What the node was sent. */
    record Received(String method, String uri, HttpHeaders headers, String body, long nanos) {}

    /** How it answers. */
    interface Script extends BiFunction<Received, HttpServerResponse, Publisher<Void>> {}

    final List<Received> received = new CopyOnWriteArrayList<>();
    final AtomicInteger openConnections = new AtomicInteger();
    private final LoopResources loops = LoopResources.create("fake-node", 2, true);
    private final String name;
    private final DisposableServer server;
    private volatile Script script;

    FakeNode(String name, Script script) {
        this.name = name;
        this.script = script;
        this.server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .runOn(loops)
                .doOnChannelInit((observer, channel, address) -> {
                    openConnections.incrementAndGet();
                    channel.closeFuture().addListener(closed -> openConnections.decrementAndGet());
                })
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asString()
                        .defaultIfEmpty("")
                        .flatMap(body -> {
                            Received one = new Received(
                                    request.method().name(),
                                    request.uri(),
                                    request.requestHeaders().copy(),
                                    body,
                                    System.nanoTime());
                            received.add(one);
                            return Mono.from(this.script.apply(one, response));
                        }))
                .bindNow();
    }

    static FakeNode prefill(int index) {
        return new FakeNode("prefill-" + index, json(200, Samples.PREFILL_ANSWER));
    }

    static FakeNode decode(int index) {
        return new FakeNode("decode-" + index, events(Samples.STREAM));
    }

    FakeNode answers(Script newScript) {
        script = newScript;
        return this;
    }

    static Script json(int status, String body) {
        return (received, response) -> response.status(status)
                .header("Content-Type", "application/json")
                .sendString(Mono.just(body));
    }

    /** Each event is a chunk of its own. */
    static Script events(List<String> events) {
        return events(Flux.fromIterable(events));
    }

    static Script events(Flux<String> events) {
        return (received, response) -> response.sse()
                .send(events.map(event -> Unpooled.copiedBuffer(event, StandardCharsets.UTF_8)), chunk -> true);
    }

    static Script cutAfter(List<String> events) {
        return cutAfter("text/event-stream", events);
    }

    /** Sends the parts and then breaks the connection in the middle of the chunked body. */
    static Script cutAfter(String contentType, List<String> parts) {
        return (received, response) -> response.header("Content-Type", contentType)
                .send(
                        Flux.fromIterable(parts).map(part -> Unpooled.copiedBuffer(part, StandardCharsets.UTF_8)),
                        chunk -> true)
                .then(Mono.<Void>create(sink -> response.withConnection(FakeNode::cut)));
    }

    /** Breaks the connection, whatever state its exchange is in. */
    @SuppressWarnings("FutureReturnValueIgnored") // the router under test sees that it broke
    static void cut(Connection connection) {
        connection.channel().close();
    }

    static Script hangs() {
        return (received, response) -> Mono.never();
    }

    Target target() {
        return new Target(name, endpoint());
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    Received only() {
        if (received.size() != 1) {
            throw new AssertionError(name + " received " + received);
        }
        return received.get(0);
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(5));
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
    }
}
