package dev.vllmjunit.engine.http;

import dev.vllmjunit.engine.core.Engine;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.server.HttpServerRequest;

/** {@code /v1/completions} and {@code /v1/chat/completions}. */
final class GenerationEndpoint implements Endpoint {

    private final Shape shape;
    private final CallReader reader;
    private final Engine engine;
    private final ModelTokenizer tokenizer;
    private final Scheduler readers;

    GenerationEndpoint(Shape shape, CallReader reader, Engine engine, ModelTokenizer tokenizer, Scheduler readers) {
        this.shape = shape;
        this.reader = reader;
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.readers = readers;
    }

    @Override
    public Mono<Reply> answer(HttpServerRequest request) {
        Optional<String> id = Optional.ofNullable(request.requestHeaders().get(NodeRoutes.REQUEST_ID));
        return JsonBody.of(request)
                .publishOn(readers)
                .map(body -> reader.read(shape, body.parse(), id))
                .flatMap(this::generate);
    }

    private Mono<Reply> generate(GenerationCall call) {
        if (!engine.healthy()) {
            return Mono.error(ApiError.engineDead().asException());
        }
        return call.stream() ? Mono.just(new Reply.Events(stream(call))) : whole(call);
    }

    private Flux<byte[]> stream(GenerationCall call) {
        return Flux.create(sink -> {
            Answer answer = new StreamAnswer(call, engine, tokenizer, sink);
            answer.start();
            sink.onCancel(answer::abandon);
        });
    }

    private Mono<Reply> whole(GenerationCall call) {
        return Mono.create(sink -> {
            Answer answer = new WholeAnswer(call, engine, tokenizer, sink);
            answer.start();
            sink.onCancel(answer::abandon);
        });
    }
}
