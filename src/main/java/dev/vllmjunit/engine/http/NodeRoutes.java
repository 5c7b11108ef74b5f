package dev.vllmjunit.engine.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Finds the endpoint of a request, turns what goes wrong into vLLM's errors, and writes the answer. */
final class NodeRoutes {

    static final String REQUEST_ID = "X-Request-Id";

    private static final Logger LOG = LoggerFactory.getLogger(NodeRoutes.class);

    private final Map<String, Map<String, Endpoint>> endpoints;

    /** With endpoints by path, then by method. */
    NodeRoutes(Map<String, Map<String, Endpoint>> endpoints) {
        this.endpoints = endpoints;
    }

    Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        return Mono.defer(() -> route(request, response))
                .onErrorResume(failure -> Mono.just(reply(failure)))
                .flatMap(reply -> Mono.from(write(reply, response)));
    }

    private Mono<Reply> route(HttpServerRequest request, HttpServerResponse response) {
        Map<String, Endpoint> methods = endpoints.get(request.fullPath());
        if (methods == null) {
            return Mono.just(Reply.detail(404, "Not Found"));
        }
        Endpoint endpoint = methods.get(request.method().name());
        if (endpoint == null) {
            response.header(HttpHeaderNames.ALLOW, String.join(", ", methods.keySet()));
            return Mono.just(Reply.detail(405, "Method Not Allowed"));
        }
        return endpoint.answer(request);
    }

    private static Reply reply(Throwable failure) {
        ApiError error = error(failure);
        return Reply.json(error.code(), error.json());
    }

    private static ApiError error(Throwable failure) {
        if (failure instanceof ApiException refused) {
            return refused.error();
        }
        if (failure instanceof RejectedExecutionException) {
            return ApiError.overloaded();
        }
        LOG.warn("An embedded node failed to answer", failure);
        return ApiError.internal("Internal server error");
    }

    private static Publisher<Void> write(Reply reply, HttpServerResponse response) {
        response.status(reply.status());
        reply.contentType().ifPresent(type -> response.header(HttpHeaderNames.CONTENT_TYPE, type));
        if (reply instanceof Reply.Events stream) {
            return response.sendHeaders().send(stream.events().map(Unpooled::wrappedBuffer), event -> true);
        }
        byte[] body = ((Reply.Whole) reply).body();
        response.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
        return body.length == 0 ? response.send() : response.sendByteArray(Mono.just(body));
    }
}
