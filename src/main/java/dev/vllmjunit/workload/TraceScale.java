package dev.vllmjunit.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is made smaller or faster than it was recorded.
 *
 * @param requests at most so many
 * @param pace of the recorded times
 * @param maxInputTokens where longer prompts are cut
 * @param maxOutputTokens where longer outputs are cut
 */
record TraceScale(int requests, TracePace pace, int maxInputTokens, int maxOutputTokens) {

    static final TraceScale NONE =
            new TraceScale(Integer.MAX_VALUE, new TracePace.SpeedUp(1), Integer.MAX_VALUE, Integer.MAX_VALUE);

    TraceEntry of(TraceEntry recorded) {
        return recorded.atMost(maxInputTokens, maxOutputTokens);
    }

    /** What was scaled, for the schedule's name; empty when nothing was. */
    String describe(List<TraceEntry> recorded) {
        List<String> parts = new ArrayList<>();
        if (!pace.describe().isEmpty()) {
            parts.add(pace.describe());
        }
        long cut = recorded.stream()
                .filter(entry -> entry.inputTokens() > maxInputTokens)
                .count();
        if (cut > 0) {
            parts.add(count(cut, recorded.size()) + " prompts cut to " + maxInputTokens + " tokens");
        }
        long shortened = recorded.stream()
                .filter(entry -> entry.outputTokens() > maxOutputTokens)
                .count();
        if (shortened > 0) {
            parts.add(count(shortened, recorded.size()) + " outputs cut to " + maxOutputTokens + " tokens");
        }
        return parts.isEmpty() ? "" : ", " + String.join(", ", parts);
    }

    private static String count(long some, int all) {
        return String.format(Locale.ROOT, "%d of %d", some, all);
    }
}
