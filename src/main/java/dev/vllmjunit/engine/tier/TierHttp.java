package dev.vllmjunit.engine.tier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpMethod;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/** The HTTP port of the cache server: what {@code lmcache server} answers, for the paths that tests and people use. */
final class TierHttp implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoopResources loops = LoopResources.create("cache-server-http", 1, true);
    private final Supplier<byte[]> metrics;
    private final Supplier<JsonNode> status;
    private final Runnable clearHostTier;
    private final DisposableServer server;

    /** Listens on a free port of the loopback interface; leaves no thread behind when that fails. */
    TierHttp(Supplier<byte[]> metrics, Supplier<JsonNode> status, Runnable clearHostTier) {
        this.metrics = metrics;
        this.status = status;
        this.clearHostTier = clearHostTier;
        try {
            this.server = HttpServer.create()
                    .host("127.0.0.1")
                    .port(0)
                    .runOn(loops)
                    .handle(this::answer)
                    .bindNow(BOUND);
        } catch (RuntimeException e) {
            loops.dispose();
            throw e;
        }
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        boolean get = request.method().equals(HttpMethod.GET);
        boolean post = request.method().equals(HttpMethod.POST);
        return switch (request.fullPath()) {
            case "/metrics" -> get ? metrics(response) : wrongMethod(response);
            case "/status" -> get ? json(response, 200, status.get()) : wrongMethod(response);
            case "/healthcheck" -> get ? json(response, 200, Map.of("status", "healthy")) : wrongMethod(response);
            case "/cache/clear" -> post ? clear(request, response) : wrongMethod(response);
            default -> json(response, 404, Map.of("detail", "Not Found"));
        };
    }

    private Publisher<Void> metrics(HttpServerResponse response) {
        return response.header("Content-Type", PrometheusTextFormatWriter.CONTENT_TYPE)
                .sendByteArray(Mono.fromSupplier(metrics));
    }

    private Publisher<Void> clear(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asString(StandardCharsets.UTF_8)
                .defaultIfEmpty("{}")
                .flatMap(body -> Mono.from(clear(body, response)));
    }

    /** LMCache clears L1 alone and refuses any other tier. */
    private Publisher<Void> clear(String body, HttpServerResponse response) {
        JsonNode tier;
        try {
            tier = JSON.readTree(body.isBlank() ? "{}" : body).path("tier");
        } catch (JsonProcessingException e) {
            return json(response, 422, Map.of("detail", "the body is no JSON: " + e.getOriginalMessage()));
        }
        if (!tier.asText("l1").equals("l1")) {
            return json(response, 400, Map.of("detail", "tier '" + tier.asText() + "' not supported; only 'l1'"));
        }
        clearHostTier.run();
        return json(response, 200, Map.of("status", "ok", "cleared", Map.of("tier", "l1")));
    }

    private static Publisher<Void> wrongMethod(HttpServerResponse response) {
        return json(response, 405, Map.of("detail", "Method Not Allowed"));
    }

    private static Publisher<Void> json(HttpServerResponse response, int status, Object body) {
        return response.status(status)
                .header("Content-Type", "application/json")
                .sendByteArray(Mono.fromCallable(() -> JSON.writeValueAsBytes(body)));
    }

    @Override
    public void close() {
        server.disposeNow(BOUND);
        loops.disposeLater(Duration.ZERO, BOUND).block(BOUND);
    }
}
