package dev.vllmjunit.engine.http;

import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** One routed path and method. Called on an event loop, so anything that takes time goes elsewhere. */
@FunctionalInterface
interface Endpoint {

    /** Answers, or fails with an {@link ApiException}. */
    Mono<Reply> answer(HttpServerRequest request);
}
