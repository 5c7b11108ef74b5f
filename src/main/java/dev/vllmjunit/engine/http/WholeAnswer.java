package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.engine.core.Engine;
import dev.vllmjunit.engine.core.RemoteKv;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/** Answers once, when all is generated. */
final class WholeAnswer extends Answer {

    private final MonoSink<Reply> sink;
    private final List<List<Piece>> pieces = new ArrayList<>();
    private final @Nullable Output[] outputs;
    private @Nullable ObjectNode kvTransfer;

    WholeAnswer(GenerationCall call, Engine engine, ModelTokenizer tokenizer, MonoSink<Reply> sink) {
        super(call, engine, tokenizer);
        this.sink = sink;
        this.outputs = new Output[call.requests().size()];
        call.requests().forEach(request -> pieces.add(new ArrayList<>()));
    }

    @Override
    void token(int index, Piece piece) {
        pieces.get(index).add(piece);
    }

    @Override
    void finished(int index, Piece last, String reason, Optional<RemoteKv> remoteKv) {
        if (!last.isEmpty()) {
            token(index, last);
        }
        outputs[index] = new Output(pieces.get(index), reason);
        remoteKv.ifPresent(remote -> kvTransfer = KvTransfer.answer(remote));
    }

    @Override
    void completed() {
        ObjectNode answer = Json.object()
                .put("id", call.id())
                .put("object", call.shape().wholeObject())
                .put("created", call.created())
                .put("model", call.model());
        var choices = answer.putArray("choices");
        for (int i = 0; i < outputs.length; i++) {
            Output output = outputs[i];
            if (output != null) {
                choices.add(call.shape().choice(call, i, output));
            }
        }
        answer.putNull("service_tier").put("system_fingerprint", EmbeddedVersion.FINGERPRINT);
        answer.set("usage", new Usage(call.promptTokens(), generated()).json(cachedTokens()));
        call.shape().complete(answer, call, kvTransfer);
        answer.putNull("ec_transfer_params").putNull("metrics");
        sink.success(Reply.json(answer));
    }

    @Override
    void failed(ApiError error) {
        sink.error(error.asException());
    }
}
