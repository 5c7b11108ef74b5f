package dev.vllmjunit.workload;

import java.util.Arrays;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How much of each prompt earlier ones begin with, too. Of all earlier prompts, one of the two neighbours in order shares most. */
final class SharedPrefixes {

    private final TreeSet<int[]> seen = new TreeSet<>(Arrays::compare);

    /** Remembers a prompt, and says how many of its first tokens an earlier one has. */
    int add(int[] tokens) {
        int shared = Math.max(common(tokens, seen.floor(tokens)), common(tokens, seen.higher(tokens)));
        seen.add(tokens);
        return shared;
    }

    private static int common(int[] tokens, int @Nullable [] other) {
        if (other == null) {
            return 0;
        }
        int different = Arrays.mismatch(tokens, other);
        return different < 0 ? tokens.length : different;
    }
}
