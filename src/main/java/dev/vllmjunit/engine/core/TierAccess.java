package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.tier.KvCacheTier;
import dev.vllmjunit.engine.tier.KvCacheTier.Found;
import dev.vllmjunit.engine.tier.KvCacheTier.LoadedChunk;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A prefill node's way to its KV cache server, with the rules of LMCache's connector: whole chunks only, loaded when the server
 * has more than the device, at least one token computed, every chunk stored that the server does not have.
 */
final class TierAccess implements ExternalKv {

    private static final Logger LOG = LoggerFactory.getLogger(TierAccess.class);
    private static final long TIMEOUT_SECONDS = 120;

    private final KvCacheTier tier;
    private final BlockPool pool;
    private final Mailbox mailbox;
    private final Loads loads;
    private final Executor storing;
    private final int blockSize;
    private final int bytesPerToken;
    private final int chunkTokens;

    TierAccess(KvCacheTier tier, EngineConfig config, BlockPool pool, Mailbox mailbox, Loads loads, Executor storing) {
        this.tier = tier;
        this.pool = pool;
        this.mailbox = mailbox;
        this.loads = loads;
        this.storing = storing;
        this.blockSize = config.blockSize();
        this.bytesPerToken = config.heldBytesPerToken();
        this.chunkTokens = tier.chunkTokens();
    }

    @Override
    public int tokensBeyond(Sequence sequence, int localTokens) {
        TierView view = sequence.tierView();
        if (view == null) {
            ask(sequence);
            return UNKNOWN;
        }
        return view.answered() ? Math.max(0, usable(sequence, view.available() * chunkTokens) - localTokens) : UNKNOWN;
    }

    @Override
    public void load(Sequence sequence, int localTokens) {
        TierView view = view(sequence);
        int first = localTokens / chunkTokens;
        inTime(
                () -> tier.load(view.found(), first),
                List.of(),
                "load",
                chunks -> arrived(sequence, localTokens, first, chunks));
    }

    @Override
    public void abandon(Sequence sequence) {}

    @Override
    public String source() {
        return "external_unspecified";
    }

    /** Hands every whole chunk of the prompt that is computed, and that the server does not have, to the server. */
    void store(Sequence sequence) {
        TierView view = sequence.tierView();
        if (view == null || !view.answered()) {
            return;
        }
        int whole = Math.min(sequence.computed(), sequence.promptLength()) / chunkTokens;
        for (int chunk = view.stored(); chunk < whole; chunk++) {
            byte[] kv = copyOut(sequence, chunk);
            int index = chunk;
            GenerationRequest request = sequence.request();
            storing.execute(
                    () -> Calls.safely(() -> tier.store(request.promptTokens(), request.cacheSalt(), index, kv)));
        }
        view.stored(Math.max(view.stored(), whole));
    }

    private void ask(Sequence sequence) {
        TierView view = new TierView();
        sequence.tierView(view);
        GenerationRequest request = sequence.request();
        inTime(() -> tier.lookup(request.promptTokens(), request.cacheSalt()), Found.NONE, "lookup", view::found);
    }

    private void arrived(Sequence sequence, int localTokens, int first, List<LoadedChunk> chunks) {
        if (sequence.phase() != Sequence.Phase.LOADING) {
            return;
        }
        int whole = first;
        for (LoadedChunk chunk : chunks) {
            if (chunk.kv().length != chunkTokens * bytesPerToken) {
                LOG.warn(
                        "chunk {} of request {} arrived with {} bytes instead of {}; it and what follows is computed",
                        whole,
                        sequence.id(),
                        chunk.kv().length,
                        chunkTokens * bytesPerToken);
                break;
            }
            copyIn(sequence, whole++, localTokens, chunk.kv());
        }
        view(sequence).stored(whole);
        loads.loaded(sequence, Math.max(localTokens, usable(sequence, whole * chunkTokens)));
    }

    /** The last token is computed even if the server has it, so that there is something to sample from. */
    private static int usable(Sequence sequence, int tokens) {
        return Math.min(tokens, sequence.count() - 1);
    }

    private void copyIn(Sequence sequence, int chunk, int localTokens, byte[] kv) {
        int firstToken = chunk * chunkTokens;
        for (int token = Math.max(firstToken, localTokens); token < firstToken + chunkTokens; token += blockSize) {
            byte[] bytes = pool.bytes(sequence.blockOf(token));
            System.arraycopy(kv, (token - firstToken) * bytesPerToken, bytes, 0, bytes.length);
        }
    }

    private byte[] copyOut(Sequence sequence, int chunk) {
        byte[] kv = new byte[chunkTokens * bytesPerToken];
        for (int token = 0; token < chunkTokens; token += blockSize) {
            byte[] bytes = pool.bytes(sequence.blockOf(chunk * chunkTokens + token));
            System.arraycopy(bytes, 0, kv, token * bytesPerToken, bytes.length);
        }
        return kv;
    }

    private <T> void inTime(Supplier<CompletableFuture<T>> question, T otherwise, String what, Consumer<T> then) {
        var unused = asked(question)
                .copy()
                .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .whenComplete((value, failure) -> {
                    if (failure != null) {
                        LOG.warn(
                                "{} in the KV cache server failed, the tokens are computed: {}",
                                what,
                                failure.toString());
                    }
                    T usable = failure != null ? otherwise : value;
                    mailbox.post(() -> then.accept(usable));
                });
    }

    private static <T> CompletableFuture<T> asked(Supplier<CompletableFuture<T>> question) {
        try {
            return question.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static TierView view(Sequence sequence) {
        TierView view = sequence.tierView();
        if (view == null) {
            throw new IllegalStateException("request " + sequence.id() + " loads before it looked up");
        }
        return view;
    }
}
