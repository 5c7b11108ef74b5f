package dev.vllmjunit.tls;

import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** Ends TLS before a server that speaks none, and passes every byte on. */
public final class TlsDoor implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final URI server;
    private final DisposableServer door;

    /** When each connection was ready for its first byte, by {@link System#nanoTime()}. */
    public final List<Long> openedNanos = new CopyOnWriteArrayList<>();

    private TlsDoor(URI server, SslContext context) {
        this.server = server;
        this.door = TcpServer.create()
                .host("127.0.0.1")
                .port(0)
                .secure(spec -> spec.sslContext(context))
                .handle(this::pass)
                .bindNow(LIMIT);
    }

    /** A door with one of the {@link Certificates}. */
    public static TlsDoor with(String certificate, URI server) {
        try {
            return new TlsDoor(server, Certificates.server(certificate).build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A door that lets clients of the authority in. */
    static TlsDoor demanding(URI server) {
        try {
            return new TlsDoor(server, Certificates.demanding(Certificates.NODE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is. */
    public URI endpoint() {
        return URI.create("https://127.0.0.1:" + door.port());
    }

    private Publisher<Void> pass(NettyInbound in, NettyOutbound out) {
        openedNanos.add(System.nanoTime());
        return TcpClient.create(ConnectionProvider.newConnection())
                .host(server.getHost())
                .port(server.getPort())
                .connect()
                .flatMap(behind -> join(in, out, behind));
    }

    private static Mono<Void> join(NettyInbound in, NettyOutbound out, Connection behind) {
        Mono<Void> there =
                behind.outbound().send(in.receive().retain(), bytes -> true).then();
        Mono<Void> back =
                out.send(behind.inbound().receive().retain(), bytes -> true).then();
        return Mono.firstWithSignal(there, back).doFinally(end -> behind.dispose());
    }

    @Override
    public void close() {
        door.disposeNow(LIMIT);
    }
}
