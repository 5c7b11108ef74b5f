package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.tier.KvCacheTier.Found;
import org.jspecify.annotations.Nullable;

/** What a sequence knows about its prompt in the KV cache server. Only the engine's thread touches it. */
final class TierView {

    private @Nullable Found found;
    private int stored;

    boolean answered() {
        return found != null;
    }

    /** Leading whole chunks the server has. */
    int available() {
        return found().chunks();
    }

    /** What the server holds for the sequence. */
    Found found() {
        if (found == null) {
            throw new IllegalStateException("the KV cache server has not answered");
        }
        return found;
    }

    void found(Found answer) {
        found = answer;
        stored = answer.chunks();
    }

    /** Leading whole chunks that need not be stored any more. */
    int stored() {
        return stored;
    }

    void stored(int chunks) {
        stored = chunks;
    }
}
