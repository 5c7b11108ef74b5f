package dev.vllmjunit.workload;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts texts to an exact number of tokens by asking the tokenizer for whole texts only, since neither the tokens of a
 * concatenation nor those of a prefix can be told from the parts. Each question may be a call to a node, so it remembers how many
 * tokens a word has. Not thread-safe.
 */
final class ExactLength {

    /** Most tokenizers have one token for at least one of these, also behind themselves. */
    private static final List<String> FILLERS = List.of(" so", ".", " the", "!", " a", " I", "\n", " x");

    /** Rather a few fillers than another search for the last word. */
    private static final int MOST_FILLERS = 8;

    private static final int MOST_MEASUREMENTS = 40;

    private final Tokenizer tokenizer;
    private double tokensPerWord = 1.2;
    private String filler = FILLERS.get(0);
    private @Nullable Prompt last;

    ExactLength(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** A whole text's length. */
    Prompt measure(String text) {
        if (last == null || !last.text().equals(text)) {
            last = Prompt.of(text, tokenizer.tokenize(text));
        }
        return last;
    }

    /**
     * The start of a text, at most a few filler words behind it, that has exactly so many tokens.
     *
     * @throws IllegalStateException when none is found
     */
    Prompt cut(WordText text, int tokens) {
        int words = longestWithin(text, tokens);
        for (int shorter = 0; shorter < MOST_FILLERS && words - shorter >= 0; shorter++) {
            Optional<Prompt> filled = fill(text.first(words - shorter), tokens);
            if (filled.isPresent()) {
                return filled.get();
            }
        }
        throw new IllegalStateException("the tokenizer gives no text of exactly " + tokens + " tokens near the first "
                + words + " words of the document; choose another documentLength");
    }

    /** Number of words that reach the length or miss it by little: a secant search between brackets. */
    private int longestWithin(WordText text, int tokens) {
        int low = 0;
        int high = Integer.MAX_VALUE;
        int before = 0;
        int tokensBefore = 0;
        int words = text.atMost(Math.max(1, (int) (tokens / tokensPerWord)));
        for (int i = 0; i < MOST_MEASUREMENTS && low < words && words < high; i++) {
            int measured = measure(text.first(words)).tokens();
            int missing = tokens - measured;
            if (missing >= 0 && missing <= MOST_FILLERS) {
                return words;
            }
            low = missing > 0 ? words : low;
            high = missing < 0 ? words : high;
            learn(measured - tokensBefore, words - before);
            before = words;
            tokensBefore = measured;
            int step = (int) Math.floor((missing - MOST_FILLERS / 2) / tokensPerWord);
            words = text.atMost(Math.max(low, Math.min(high - 1, words + step)));
        }
        return low;
    }

    private void learn(int moreTokens, int moreWords) {
        double slope = (double) moreTokens / moreWords;
        if (slope > 0.05 && slope < 100) {
            tokensPerWord = slope;
        }
    }

    private Optional<Prompt> fill(String text, int tokens) {
        for (String candidate : candidates()) {
            int fillers = 0;
            for (int i = 0; i < 4 && fillers >= 0; i++) {
                Prompt prompt = measure(text + candidate.repeat(fillers));
                if (prompt.tokens() == tokens) {
                    filler = candidate;
                    return Optional.of(prompt);
                }
                fillers += tokens - prompt.tokens();
            }
        }
        return Optional.empty();
    }

    /** The filler that worked last comes first. */
    private List<String> candidates() {
        return Stream.concat(Stream.of(filler), FILLERS.stream()).distinct().toList();
    }
}
