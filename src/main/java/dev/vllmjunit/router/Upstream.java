package dev.vllmjunit.router;

import dev.vllmjunit.router.RouterConfig.Target;
import dev.vllmjunit.tls.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * The way to the nodes: a pool of connections for each, shared by all requests. A request is never sent twice: a silent retry
 * would prefill twice and falsify the times.
 */
final class Upstream {

    /** More than any driver opens: a request that waits here for a connection would be measured as the node's time. */
    private static final int CONNECTIONS_PER_NODE = 10_000;

    /** Below the 5 s after which uvicorn closes an idle connection, perhaps just when it is used again. */
    private static final Duration IDLE = Duration.ofSeconds(4);

    private static final byte[] NOTHING = {};

    /** Longest time until a connection to a node is there. */
    static final int CONNECT_MILLIS = 5_000;

    private final ConnectionProvider connections;
    private final HttpClient client;

    Upstream(RouterConfig config, LoopResources loops, Tls tls) {
        this.connections = ConnectionProvider.builder("vllm-router")
                .maxConnections(CONNECTIONS_PER_NODE)
                .pendingAcquireMaxCount(-1)
                .maxIdleTime(IDLE)
                .lifo()
                .build();
        HttpClient plain = HttpClient.create(connections)
                .runOn(loops)
                .disableRetry(true)
                .resolver(DefaultAddressResolverGroup.INSTANCE)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
        this.client = config.speaksTls()
                ? plain.secure(spec -> spec.sslContext(tls.netty()).handlerConfigurator(Tls::verifyName))
                : plain;
    }

    /**
     * A complete answer.
     *
     * @param status of HTTP
     * @param headers as they came
     * @param body empty when there was none
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes to pass on; never compared, never changed
    record Answer(int status, HttpHeaders headers, byte[] body) {

        boolean succeeded() {
            return status / 100 == 2;
        }
    }

    /** A request that will be sent when its response is subscribed to; {@code sent} is run when the connection is at hand. */
    HttpClient.ResponseReceiver<?> request(
            Target node, HttpMethod method, String uri, HttpHeaders headers, ByteBuf body, Runnable sent) {
        HttpClient.RequestSender sender = client.headers(own -> Headers.passOn(headers, own))
                .request(method)
                .uri(node.url() + uri);
        if (method.equals(HttpMethod.GET)) {
            return sender;
        }
        return sender.send((request, outbound) -> {
            sent.run();
            return outbound.send(Mono.just(body));
        });
    }

    /** The complete answer to a request. */
    static Mono<Answer> answer(HttpClient.ResponseReceiver<?> request) {
        return request.responseSingle(Upstream::complete);
    }

    /** An answer with its body, when that has come. */
    static Mono<Answer> complete(HttpClientResponse response, ByteBufMono body) {
        return body.asByteArray()
                .defaultIfEmpty(NOTHING)
                .map(bytes -> new Answer(response.status().code(), response.responseHeaders(), bytes));
    }

    /** The peer closed a connection while something was sent or awaited. */
    static boolean isReset(Throwable cause) {
        return cause instanceof NativeIoException
                || cause instanceof SocketException
                || cause instanceof ClosedChannelException;
    }

    /** Closes all connections. */
    Mono<Void> close() {
        return connections.disposeLater();
    }
}
