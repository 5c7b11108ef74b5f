package dev.vllmjunit.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;

/** Stands before a node, lets some requests through unchanged, and remembers the bodies of those that came. */
final class FrontDoor implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final URI node;
    private final int refusal;
    private final Predicate<HttpServerRequest> admitted;
    private final ConnectionProvider connections = ConnectionProvider.create("front-door");
    private final HttpClient client = HttpClient.create(connections);
    private final DisposableServer server;

    /** What came in, by path. */
    final List<Map.Entry<String, String>> seen = new CopyOnWriteArrayList<>();

    /**
     * Opens.
     *
     * @param refusal status for what is not admitted
     */
    FrontDoor(URI node, int refusal, Predicate<HttpServerRequest> admitted) {
        this.node = node;
        this.refusal = refusal;
        this.admitted = admitted;
        this.server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(this::answer)
                .bindNow(LIMIT);
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .flatMap(body -> {
                    seen.add(Map.entry(request.path(), new String(body, UTF_8)));
                    return admitted.test(request)
                            ? forward(request, body, response)
                            : response.status(refusal)
                                    .sendString(Mono.just("{\"detail\":\"refused\"}"))
                                    .then();
                });
    }

    private Mono<Void> forward(HttpServerRequest request, byte[] body, HttpServerResponse response) {
        return client.headers(headers -> passOn(request.requestHeaders(), headers))
                .request(request.method())
                .uri(node.toString() + request.uri())
                .send(Mono.just(Unpooled.wrappedBuffer(body)))
                .response((answer, content) -> {
                    response.status(answer.status());
                    passOn(answer.responseHeaders(), response.responseHeaders());
                    return response.send(content.retain(), chunk -> true);
                })
                .then();
    }

    private static void passOn(HttpHeaders from, HttpHeaders to) {
        from.forEach(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.contentEquals(HttpHeaderNames.CONTENT_TYPE) || name.startsWith("x-")) {
                to.set(name, header.getValue());
            }
        });
    }

    @Override
    public void close() {
        server.disposeNow(LIMIT);
        connections.disposeLater().block(LIMIT);
    }
}
