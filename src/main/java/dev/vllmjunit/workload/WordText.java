package dev.vllmjunit.workload;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A text by the ends of its words, read from its source only as far as it was asked for. Not thread-safe. */
final class WordText {

    /** Words keep the space before them, so that their concatenation is the text. */
    private static final Pattern WORD = Pattern.compile("\\s*\\S+");

    private final Iterator<String> source;
    private final StringBuilder text = new StringBuilder();
    private int[] ends = new int[64];
    private int words;

    WordText(Iterator<String> source) {
        this.source = source;
    }

    /** The words of a given text behind some others. */
    static WordText of(List<String> before, String text) {
        Stream<String> words = WORD.matcher(text).results().map(MatchResult::group);
        return new WordText(Stream.concat(before.stream(), words).iterator());
    }

    /** As many words as asked for, or all when there are fewer. */
    int atMost(int wanted) {
        while (words < wanted && source.hasNext()) {
            text.append(source.next());
            if (words == ends.length) {
                ends = Arrays.copyOf(ends, words * 2);
            }
            ends[words++] = text.length();
        }
        return Math.min(wanted, words);
    }

    /** The text of the first words; none is the empty text. */
    String first(int count) {
        int available = atMost(count);
        return available == 0 ? "" : text.substring(0, ends[available - 1]);
    }
}
