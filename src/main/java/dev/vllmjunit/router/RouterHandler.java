package dev.vllmjunit.router;

import io.netty.handler.codec.http.HttpMethod;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Which path goes where. */
final class RouterHandler implements BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {

    private final GenerationRoute generation;
    private final PassThrough passThrough;
    private final RouterMetrics metrics;

    RouterHandler(GenerationRoute generation, PassThrough passThrough, RouterMetrics metrics) {
        this.generation = generation;
        this.passThrough = passThrough;
        this.metrics = metrics;
    }

    @Override
    public Publisher<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        return switch (request.fullPath()) {
            case ClientRequest.COMPLETIONS, ClientRequest.CHAT ->
                only(HttpMethod.POST, request, response, generation::handle);
            case "/tokenize", "/detokenize" -> only(HttpMethod.POST, request, response, passThrough::toPrefill);
            case "/v1/models", "/version" -> only(HttpMethod.GET, request, response, passThrough::toPrefill);
            case "/health" -> only(HttpMethod.GET, request, response, passThrough::health);
            case "/metrics" -> only(HttpMethod.GET, request, response, this::metrics);
            default -> Replies.detail(response, 404, "Not Found");
        };
    }

    private static Publisher<Void> only(
            HttpMethod method,
            HttpServerRequest request,
            HttpServerResponse response,
            BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler) {
        return request.method().equals(method)
                ? handler.apply(request, response)
                : Replies.detail(response.header("Allow", method.name()), 405, "Method Not Allowed");
    }

    private Publisher<Void> metrics(HttpServerRequest request, HttpServerResponse response) {
        return Replies.send(response, 200, RouterMetrics.CONTENT_TYPE, metrics.scrape());
    }
}
