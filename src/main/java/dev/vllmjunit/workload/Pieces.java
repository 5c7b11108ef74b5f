package dev.vllmjunit.workload;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Pieces of prose to be put behind one another, each of an exact number of tokens by itself and starting with a space: where a
 * tokenizer splits there, as most do, lengths add up. Equal numbers and lengths give equal text. Not thread-safe.
 */
final class Pieces {

    private final ExactLength lengths;
    private final long seed;
    private final int special;
    private final Map<Key, String> made = new HashMap<>();

    Pieces(ExactLength lengths, long seed) {
        this.lengths = lengths;
        this.seed = seed;
        this.special = Math.max(0, 2 * length(" x") - length(" x x"));
    }

    private record Key(int number, int tokens) {}

    /** Tokens that the tokenizer puts around any text, for instance one that begins a sequence. */
    int special() {
        return special;
    }

    /**
     * The piece with this number.
     *
     * @param tokens without the special ones, 1 or more
     */
    String piece(int number, int tokens) {
        return made.computeIfAbsent(new Key(number, tokens), key -> lengths.cut(words("", number), tokens + special)
                .text());
    }

    /** Words without end behind a text. */
    WordText words(String before, int number) {
        Prose prose = new Prose(number, seed);
        String first = before + " " + prose.next();
        return new WordText(
                Stream.concat(Stream.of(first), Stream.generate(prose::next)).iterator());
    }

    private int length(String text) {
        return lengths.measure(text).tokens();
    }
}
