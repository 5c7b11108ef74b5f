package dev.vllmjunit.engine.core;

/** How many of a prompt's tokens were found on the device or loaded from elsewhere; the rest is computed. */
final class PromptSources {

    private int local;
    private int external;

    void set(int localTokens, int externalTokens) {
        local = localTokens;
        external = externalTokens;
    }

    int local() {
        return local;
    }

    int external() {
        return external;
    }

    /** Tokens not computed here. */
    int cached() {
        return local + external;
    }
}
