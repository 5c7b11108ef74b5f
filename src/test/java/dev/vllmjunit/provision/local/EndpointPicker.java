package dev.vllmjunit.provision.local;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.InetSocketAddress;
import java.net.URI;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Stands for llm-d's gateway: passes each request to the decode node's sidecar, with the header that names the prefill node, as its
 * endpoint picker does.
 */
final class EndpointPicker implements AutoCloseable {

    private final HttpClient client;
    private final DisposableServer server;

    private EndpointPicker(URI sidecar, URI prefill) {
        this.client = HttpClient.create()
                .baseUrl(sidecar.toString())
                .headers(headers -> headers.set("x-prefiller-host-port", prefill.getAuthority()));
        this.server =
                HttpServer.create().host("127.0.0.1").port(0).handle(this::pass).bindNow();
    }

    static EndpointPicker before(URI sidecar, URI prefill) {
        return new EndpointPicker(sidecar, prefill);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) server.address()).getPort());
    }

    private Publisher<Void> pass(HttpServerRequest request, HttpServerResponse response) {
        return client.headers(
                        headers -> headers.add(request.requestHeaders().copy().remove(HttpHeaderNames.HOST)))
                .request(request.method())
                .uri(request.uri())
                .send(request.receive().retain())
                .response((answer, body) -> {
                    response.status(answer.status()).headers(answer.responseHeaders());
                    return response.sendGroups(body.retain().map(Mono::just)).then();
                });
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
