package dev.vllmjunit.engine.http;

import dev.vllmjunit.engine.core.Engine;
import dev.vllmjunit.engine.core.RemoteKv;
import dev.vllmjunit.engine.http.GenerationCall.StreamUsage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.FluxSink;

/** Hands on each token at once, as a server-sent event. */
final class StreamAnswer extends Answer {

    private final FluxSink<byte[]> sink;
    private final Chunks chunks;

    StreamAnswer(GenerationCall call, Engine engine, ModelTokenizer tokenizer, FluxSink<byte[]> sink) {
        super(call, engine, tokenizer);
        this.sink = sink;
        this.chunks = new Chunks(call);
    }

    @Override
    void token(int index, Piece piece) {
        send(index, piece, null);
    }

    @Override
    void finished(int index, Piece last, String reason, Optional<RemoteKv> remoteKv) {
        send(index, last, reason);
    }

    @Override
    void completed() {
        if (call.usage() != StreamUsage.NONE) {
            sink.next(chunks.usage(new Usage(call.promptTokens(), generated()), cachedTokens()));
        }
        end();
    }

    @Override
    void failed(ApiError error) {
        sink.next(Chunks.error(error));
        end();
    }

    private void send(int index, Piece piece, @Nullable String finishReason) {
        if (call.shape().opens() && piece.offset() == 0) {
            sink.next(chunks.opening(index, usage(index, 0)));
        }
        sink.next(chunks.token(index, piece, finishReason, usage(index, generated(index))));
    }

    private @Nullable Usage usage(int index, int completionTokens) {
        return call.usage() == StreamUsage.EACH
                ? new Usage(call.requests().get(index).promptTokens().length, completionTokens)
                : null;
    }

    private void end() {
        sink.next(Chunks.DONE);
        sink.complete();
    }
}
