package dev.vllmjunit.engine.http;

import dev.vllmjunit.engine.core.Engine;
import dev.vllmjunit.engine.core.GenerationListener;
import dev.vllmjunit.engine.core.GenerationRequest;
import dev.vllmjunit.engine.core.RemoteKv;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Collects what the engine tells about the prompts of one call and hands it on in the form of the answer. The engine speaks on its own
 * thread, but fails requests from the closing one, hence the lock.
 */
abstract class Answer {

    final GenerationCall call;
    private final Engine engine;
    private final ModelTokenizer tokenizer;
    private final List<Choice> choices = new ArrayList<>();
    private int open;
    private int cachedTokens;
    private boolean ended;

    Answer(GenerationCall call, Engine engine, ModelTokenizer tokenizer) {
        this.call = call;
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.open = call.requests().size();
    }

    /** Hands every prompt to the engine. */
    final void start() {
        for (GenerationRequest request : call.requests()) {
            choices.add(new Choice(choices.size(), request));
        }
        for (Choice choice : List.copyOf(choices)) {
            engine.submit(choice.request, choice);
        }
    }

    /** The client has gone: nothing more is wanted. */
    final void abandon() {
        List<Choice> running;
        synchronized (this) {
            ended = true;
            running = choices.stream().filter(choice -> !choice.finished).toList();
        }
        running.forEach(choice -> engine.abort(choice.request.requestId()));
    }

    /** A token that is not the last that was asked for. */
    abstract void token(int index, Piece piece);

    /** The end of one choice, with the last piece if it was held back for it. */
    abstract void finished(int index, Piece last, String reason, Optional<RemoteKv> remoteKv);

    /** The end of all choices. */
    abstract void completed();

    /** The end of the call for another reason. */
    abstract void failed(ApiError error);

    /** Prompt tokens that were not computed for this call, as far as the choices have ended. */
    final int cachedTokens() {
        return cachedTokens;
    }

    /** Tokens generated so far for one choice. */
    final int generated(int index) {
        return choices.get(index).count;
    }

    /** Tokens generated so far for all choices. */
    final int generated() {
        return choices.stream().mapToInt(choice -> choice.count).sum();
    }

    private final class Choice implements GenerationListener {

        private final int index;
        private final GenerationRequest request;
        private int count;
        private int characters;
        private boolean finished;
        private @Nullable Piece held;

        Choice(int index, GenerationRequest request) {
            this.index = index;
            this.request = request;
        }

        @Override
        public void onToken(int tokenId, double logprob) {
            synchronized (Answer.this) {
                if (ended) {
                    return;
                }
                String text = tokenizer.decode(tokenId);
                Piece piece = new Piece(tokenId, text, logprob, characters);
                characters += text.length();
                count++;
                if (count == request.maxTokens()) {
                    held = piece;
                } else {
                    token(index, piece);
                }
            }
        }

        @Override
        public void onFinished(String finishReason, int cached, Optional<RemoteKv> remoteKv) {
            synchronized (Answer.this) {
                finished = true;
                if (ended) {
                    return;
                }
                cachedTokens += request.remoteKv().map(RemoteKv::cachedTokens).orElse(cached);
                finished(index, held == null ? Piece.none(characters) : held, finishReason, remoteKv);
                open--;
                if (open == 0) {
                    ended = true;
                    completed();
                }
            }
        }

        @Override
        public void onError(String message) {
            synchronized (Answer.this) {
                finished = true;
                if (ended) {
                    return;
                }
                ended = true;
                failed(ApiError.internal(message));
            }
            abandon();
        }
    }
}
