package dev.vllmjunit.engine.core;

/** What a sequence knows about its prompt in the KV cache server. Only the engine's thread touches it. */
final class TierView {

    private static final int ASKED = -1;

    private int available = ASKED;
    private int stored;

    boolean answered() {
        return available != ASKED;
    }

    /** Leading whole chunks the server has. */
    int available() {
        return available;
    }

    void available(int chunks) {
        available = chunks;
        stored = chunks;
    }

    /** Leading whole chunks that need not be stored any more. */
    int stored() {
        return stored;
    }

    void stored(int chunks) {
        stored = chunks;
    }
}
