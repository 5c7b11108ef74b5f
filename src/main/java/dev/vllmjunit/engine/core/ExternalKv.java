package dev.vllmjunit.engine.core;

/** KV that lies outside the engine's own device: what vLLM asks of a KV connector. Called on the engine's thread. */
interface ExternalKv {

    /** Answer of {@link #tokensBeyond} as long as the answer is being found out. */
    int UNKNOWN = -1;

    /** How many prompt tokens beyond the leading {@code localTokens} can be loaded, or {@link #UNKNOWN}. */
    int tokensBeyond(Sequence sequence, int localTokens);

    /**
     * Starts to load what lies beyond the leading {@code localTokens} into the sequence's blocks. Ends in
     * {@link Loads#loaded} or {@link Loads#failed}, on the engine's thread.
     */
    void load(Sequence sequence, int localTokens);

    /** The sequence ended before it asked to load; what is kept for it elsewhere may go. */
    void abandon(Sequence sequence);

    /** {@code source} label of tokens that came from here. */
    String source();

    /** Told how a load ended. */
    interface Loads {

        /** The first {@code tokens} tokens are in the sequence's blocks. */
        void loaded(Sequence sequence, int tokens);

        /** The sequence cannot go on. */
        void failed(Sequence sequence, String message);
    }

    /** Nothing lies anywhere else. */
    ExternalKv NONE = new ExternalKv() {
        @Override
        public int tokensBeyond(Sequence sequence, int localTokens) {
            return 0;
        }

        @Override
        public void load(Sequence sequence, int localTokens) {
            throw new IllegalStateException("there is nothing to load for " + sequence.id());
        }

        @Override
        public void abandon(Sequence sequence) {}

        @Override
        public String source() {
            return "external_unspecified";
        }
    };
}
