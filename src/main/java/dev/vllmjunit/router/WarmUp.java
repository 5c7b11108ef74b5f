package dev.vllmjunit.router;

import dev.vllmjunit.router.RouterConfig.Target;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * Sends made-up requests through a router and a node of its own, once in the life of a JVM: otherwise the first measured request,
 * that of the cold run, would pay some hundred milliseconds for the loading of classes. No real node sees any of it.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final AtomicBoolean DONE = new AtomicBoolean();
    private static final int REQUESTS = 30;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String REQUEST = "{\"prompt\":\"" + "warm up ".repeat(10_000) + "\",\"stream\":true}";
    private static final String OFFER =
            "{\"kv_transfer_params\":{\"do_remote_prefill\":true,\"remote_block_ids\":[[1]],"
                    + "\"remote_engine_id\":\"e\",\"remote_request_id\":\"r\",\"remote_host\":\"127.0.0.1\",\"remote_port\":1}}";
    private static final List<String> EVENTS =
            List.of("data: {\"choices\":[{\"text\":\"x\"}]}\n\n", "data: [DONE]\n\n");

    private WarmUp() {}

    /** Does nothing from the second call on; a failure is logged and costs the warmth only. */
    static void once() {
        if (DONE.compareAndSet(false, true)) {
            LoopResources loops = LoopResources.create("vllm-router-warm-up", 1, true);
            try {
                send(loops);
            } catch (RuntimeException e) {
                LOG.warn("The router could not be warmed up; its first requests will be slower", e);
            } finally {
                loops.disposeLater(Duration.ZERO, LIMIT).block(LIMIT);
            }
        }
    }

    private static void send(LoopResources loops) {
        DisposableServer node = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .runOn(loops)
                .handle(WarmUp::answer)
                .bindNow(LIMIT);
        try (Router router = Router.startCold(config(node.port()))) {
            HttpClient client =
                    HttpClient.create(ConnectionProvider.newConnection()).runOn(loops);
            Flux.range(0, REQUESTS)
                    .concatMap(i -> client.post()
                            .uri(router.endpoint() + ClientRequest.COMPLETIONS)
                            .send(Mono.just(Unpooled.copiedBuffer(REQUEST, StandardCharsets.UTF_8)))
                            .responseSingle((response, body) -> body.asByteArray()))
                    .blockLast(LIMIT);
        } finally {
            node.disposeNow(LIMIT);
        }
    }

    private static RouterConfig config(int port) {
        List<Target> node = List.of(new Target("warm-up", URI.create("http://127.0.0.1:" + port)));
        return new RouterConfig(node, node, OptionalInt.empty(), LIMIT, LIMIT, LIMIT);
    }

    private static Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        return request.receive().aggregate().asString().flatMap(body -> {
            boolean prefill = body.contains("\"do_remote_decode\":true");
            return Mono.from(
                    prefill
                            ? response.sendString(Mono.just(OFFER))
                            : response.sse().sendString(Flux.fromIterable(EVENTS)));
        });
    }
}
