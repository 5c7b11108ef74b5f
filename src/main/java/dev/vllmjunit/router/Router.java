package dev.vllmjunit.router;

import dev.vllmjunit.tls.Tls;
import io.netty.channel.ChannelOption;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/**
 * The router of a disaggregated topology, on 127.0.0.1: each generation request goes to a prefill node for one token, and with the
 * KV transfer object of its answer to a decode node, whose answer the client gets byte for byte. Nodes take turns (round-robin,
 * each role for itself). A hop that fails becomes an error in vLLM's shape that names hop, node, URL and phase: with a status
 * (502, 504, or the node's own) and the header {@code x-vllm-junit-hop}, or, once the stream has begun, as an error event before
 * {@code [DONE]}. A client that leaves closes the connection to the node that works for it. Thread-safe.
 */
public final class Router implements AutoCloseable {

    /** So many completed timelines are kept until they are taken; beyond it the oldest are dropped, with a warning in the log. */
    public static final int TIMELINES_KEPT = 100_000;

    private static final String HOST = "127.0.0.1";
    private static final int BACKLOG = 4_096;
    private static final int THREADS = Math.min(4, Runtime.getRuntime().availableProcessors());
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final Timelines timelines;
    private final LoopResources loops;
    private final Upstream upstream;
    private final DisposableServer server;

    private Router(RouterConfig config, Tls tls) {
        RouterMetrics metrics = new RouterMetrics();
        timelines = new Timelines(TIMELINES_KEPT, metrics::completed);
        loops = LoopResources.create("vllm-router", THREADS, true);
        upstream = new Upstream(config, loops, tls);
        RouterHandler handler = new RouterHandler(
                new GenerationRoute(config, upstream, timelines, metrics), new PassThrough(config, upstream), metrics);
        try {
            server = bind(config, handler);
        } catch (RuntimeException e) {
            release();
            throw new IllegalStateException(
                    "the router cannot listen on " + HOST + ":" + config.port().orElse(0)
                            + "; free the port, or leave it out to take a free one",
                    e);
        }
    }

    /**
     * Starts a router; it is ready when this returns. The first one in a JVM also warms the code up, without touching the nodes.
     *
     * @throws IllegalStateException naming the port that cannot be bound
     */
    public static Router start(RouterConfig config) {
        return start(config, Tls.ofJvm());
    }

    /** The same, for nodes at https URLs. */
    public static Router start(RouterConfig config, Tls tls) {
        WarmUp.once();
        return new Router(config, tls);
    }

    static Router startCold(RouterConfig config) {
        return new Router(config, Tls.ofJvm());
    }

    private DisposableServer bind(RouterConfig config, RouterHandler handler) {
        return HttpServer.create()
                .host(HOST)
                .port(config.port().orElse(0))
                .protocol(HttpProtocol.HTTP11)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .runOn(loops)
                .handle(handler)
                .bindNow();
    }

    /** Where clients reach it: {@code http://127.0.0.1:PORT}. */
    public URI endpoint() {
        return URI.create("http://" + HOST + ":" + server.port());
    }

    /**
     * The ways of the requests that ended since the last call, by request id, in the order of their end. A request has its entry
     * before its client sees the end. Of requests with the same id only the last is there.
     */
    public Map<String, HopTimeline> takeTimelines() {
        return timelines.take();
    }

    /** Stops listening, breaks off what is under way, closes all connections, ends all threads. */
    @Override
    public void close() {
        server.disposeNow(CLOSING);
        release();
    }

    private void release() {
        Mono.whenDelayError(upstream.close(), loops.disposeLater(Duration.ZERO, CLOSING))
                .block(CLOSING.multipliedBy(2));
    }
}
