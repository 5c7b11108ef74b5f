package dev.vllmjunit.workload;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * In which order documents are asked, and what.
 *
 * @param rounds how often each document is asked in one pattern
 * @param order of the pattern
 * @param prompts requests in all: the pattern is cut, or starts again, to reach it; one pattern when empty
 * @param hits requests that may hit a cache, in each group of hits and misses
 * @param misses requests behind them that are made to miss; 0 for no forced misses
 * @param questions appended to a document in turn, by occurrence; empty for none
 */
record AskingSpec(int rounds, RepeatMode order, OptionalInt prompts, int hits, int misses, List<String> questions) {

    static final AskingSpec DEFAULT = new AskingSpec(3, RepeatMode.RANDOM, OptionalInt.empty(), 1, 0, List.of());

    /** Separates a document from its question. */
    private static final String BETWEEN = "\n\n";

    /** The document that each request asks about. */
    List<Integer> documents(int documents, long seed) {
        List<Integer> pattern = order.pattern(documents, rounds, seed);
        return IntStream.range(0, prompts.orElse(pattern.size()))
                .mapToObj(request -> pattern.get(request % pattern.size()))
                .toList();
    }

    /** Whether a request is one of the last {@code misses} of its group. */
    boolean forcesMiss(int request) {
        return request % (hits + misses) >= hits;
    }

    /** What follows a document when it is asked for the {@code occurrence}-th time, counted from 0. */
    String question(int occurrence) {
        return questions.isEmpty() ? "" : BETWEEN + questions.get(occurrence % questions.size());
    }

    /** For the schedule's name. */
    String describe() {
        StringBuilder text = new StringBuilder();
        text.append(
                prompts.isPresent() ? prompts.getAsInt() + " prompts" : rounds + (rounds == 1 ? " round" : " rounds"));
        text.append(", ").append(order.label());
        if (misses > 0) {
            text.append(", ")
                    .append(misses)
                    .append(" of ")
                    .append(hits + misses)
                    .append(" forced to miss");
        }
        if (!questions.isEmpty()) {
            text.append(", ").append(questions.size()).append(questions.size() == 1 ? " question" : " questions");
        }
        return text.toString();
    }
}
