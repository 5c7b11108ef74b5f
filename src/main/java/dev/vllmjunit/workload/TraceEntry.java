package dev.vllmjunit.workload;

import java.util.List;

/**
 * One request of a trace.
 *
 * @param milliseconds when it came, on the trace's own clock
 * @param inputTokens prompt tokens, 1 or more
 * @param outputTokens output tokens, 1 or more
 * @param hashIds one for each block of 512 prompt tokens, the last of which may be shorter
 */
record TraceEntry(double milliseconds, int inputTokens, int outputTokens, List<Integer> hashIds) {

    /** Prompt tokens in a block of a trace. */
    static final int BLOCK = 512;

    TraceEntry {
        hashIds = List.copyOf(hashIds);
        Given.atLeast("input_length", inputTokens, 1);
        Given.atLeast("output_length", outputTokens, 1);
        if (hashIds.size() != blocks(inputTokens)) {
            throw new IllegalArgumentException("hash_ids has " + hashIds.size() + " ids, but input_length "
                    + inputTokens + " needs " + blocks(inputTokens) + ", one for each block of " + BLOCK + " tokens");
        }
    }

    /** This entry, with no more tokens than these. */
    TraceEntry atMost(int input, int output) {
        int shorter = Math.min(input, inputTokens);
        return new TraceEntry(
                milliseconds, shorter, Math.min(output, outputTokens), hashIds.subList(0, blocks(shorter)));
    }

    private static int blocks(int tokens) {
        return (tokens + BLOCK - 1) / BLOCK;
    }
}
