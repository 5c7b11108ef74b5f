package dev.vllmjunit.engine.http;

import dev.vllmjunit.engine.core.Engine;
import dev.vllmjunit.engine.core.Gate;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/**
 * The HTTP surface of one embedded node: what vLLM 0.32 answers under {@code /v1/completions}, {@code /v1/chat/completions},
 * {@code /tokenize}, {@code /detokenize}, {@code /v1/models}, {@code /health}, {@code /ping}, {@code /version}, {@code /metrics},
 * {@code /server_info} and {@code /reset_prefix_cache}, in front of an engine that it does not own. A client that goes away has its
 * requests aborted in the engine. Thread-safe.
 */
public final class NodeServer implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration BIND_DEADLINE = Duration.ofSeconds(60);
    private static final Duration READ_DEADLINE = Duration.ofSeconds(60);
    private static final Duration IDLE_DEADLINE = Duration.ofMinutes(10);
    private static final int EVENT_LOOPS = 2;
    private static final int READERS = 2;
    private static final int WAITING_READS = 100_000;

    private final Gate gate = new Gate();
    private final LoopResources loops;
    private final Scheduler readers;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final DisposableServer server;

    private NodeServer(NodeServerConfig config, Engine engine) {
        loops = LoopResources.create(config.name() + "-http", 1, EVENT_LOOPS, true);
        readers = Schedulers.newBoundedElastic(READERS, WAITING_READS, config.name() + "-reader", 60, true);
        try {
            server = HttpServer.create()
                    .host(config.host())
                    .port(config.port().orElse(0))
                    .runOn(loops, false)
                    .channelGroup(connections)
                    .readTimeout(READ_DEADLINE)
                    .idleTimeout(IDLE_DEADLINE)
                    .handle(routes(config, engine, readers)::handle)
                    .bindNow(BIND_DEADLINE);
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    /**
     * Binds the port.
     *
     * @throws reactor.netty.ChannelBindException if the port is in use or the address is not one of this machine
     */
    public static NodeServer start(NodeServerConfig config, Engine engine) {
        return new NodeServer(config, engine);
    }

    /** Where it listens, without a path. */
    public URI endpoint() {
        InetSocketAddress address = (InetSocketAddress) server.address();
        return URI.create("http://" + address.getHostString() + ":" + address.getPort());
    }

    /** Stops its threads: connections are still accepted by the system, and nobody is answered. */
    public void pause() {
        gate.shut();
        Stream.of(loops.onServer(false), loops.onServerSelect(false))
                .forEach(group -> group.forEach(loop -> loop.execute(gate::pass)));
    }

    /** Goes on after {@link #pause}. */
    public void resume() {
        gate.open();
    }

    /** Cuts every connection, which aborts the requests on it, and ends the threads. Closing twice is harmless. */
    @Override
    public void close() {
        gate.open();
        server.channel().close().awaitUninterruptibly(DEADLINE.toMillis());
        connections.close().awaitUninterruptibly(DEADLINE.toMillis());
        release();
    }

    /** Readers first: one of them may be about to hand its answer to an event loop. */
    private void release() {
        readers.disposeGracefully()
                .timeout(DEADLINE)
                .onErrorComplete()
                .doFinally(signal -> readers.dispose())
                .block();
        loops.disposeLater(Duration.ZERO, DEADLINE).block(DEADLINE.multipliedBy(2));
    }

    private static NodeRoutes routes(NodeServerConfig config, Engine engine, Scheduler readers) {
        ModelTokenizer tokenizer = new ModelTokenizer();
        CallReader reader = new CallReader(config.model(), tokenizer);
        ControlEndpoints control = new ControlEndpoints(config, engine, readers);
        TokenizeEndpoints tokenize = new TokenizeEndpoints(config.model(), reader, tokenizer, readers);
        Endpoint completions = new GenerationEndpoint(new CompletionShape(), reader, engine, tokenizer, readers);
        Endpoint chat = new GenerationEndpoint(new ChatShape(), reader, engine, tokenizer, readers);
        return new NodeRoutes(Map.ofEntries(
                Map.entry("/health", Map.of("GET", control::health)),
                Map.entry("/ping", Map.of("GET", control::health, "POST", control::health)),
                Map.entry("/version", Map.of("GET", control::version)),
                Map.entry("/metrics", Map.of("GET", control::metrics)),
                Map.entry("/v1/models", Map.of("GET", control::models)),
                Map.entry("/server_info", Map.of("GET", control::serverInfo)),
                Map.entry("/reset_prefix_cache", Map.of("POST", control::resetPrefixCache)),
                Map.entry("/tokenize", Map.of("POST", tokenize::tokenize)),
                Map.entry("/detokenize", Map.of("POST", tokenize::detokenize)),
                Map.entry("/v1/completions", Map.of("POST", completions)),
                Map.entry("/v1/chat/completions", Map.of("POST", chat))));
    }
}
