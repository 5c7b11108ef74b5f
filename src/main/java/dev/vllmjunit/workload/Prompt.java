package dev.vllmjunit.workload;

import java.util.Arrays;

/**
 * A text and its length by the node's tokenizer.
 *
 * @param text the text
 * @param tokens its exact length, special tokens included
 * @param start its first tokens, at most one block of 16
 */
record Prompt(String text, int tokens, Start start) {

    /** Smallest block of a prefix cache. */
    static final int BLOCK = 16;

    static Prompt of(String text, int[] tokens) {
        return new Prompt(text, tokens.length, new Start(Arrays.copyOf(tokens, Math.min(BLOCK, tokens.length))));
    }

    /** The first block, compared by its tokens. */
    static final class Start {
        private final int[] tokens;

        private Start(int[] tokens) {
            this.tokens = tokens;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Start start && Arrays.equals(tokens, start.tokens);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(tokens);
        }
    }
}
