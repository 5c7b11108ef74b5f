package dev.vllmjunit.engine.core;

import java.util.List;

/**
 * What one step computes.
 *
 * @param chunks at most one for each running sequence, in the order in which they were admitted
 */
record StepPlan(List<Chunk> chunks) {

    boolean isEmpty() {
        return chunks.isEmpty();
    }

    /**
     * Tokens {@code [from, to)} of a sequence.
     */
    record Chunk(Sequence sequence, int from, int to) {

        int tokens() {
            return to - from;
        }

        /** A single token costs what a decode step costs, also if it is the last of a prompt that is held already. */
        boolean isDecode() {
            return tokens() == 1;
        }

        /** Whether nothing is left to compute after it, so that a token can be sampled. */
        boolean samples() {
            return to == sequence.count();
        }
    }
}
