package dev.vllmjunit.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

/**
 * Endless sentences of common words. The words that a document starts with spell its number, in an order that depends on the
 * seed, so that no two documents of a seed start alike.
 */
final class Prose implements Iterator<String> {

    private static final List<String> WORDS = load();
    private static final int LONGEST_SENTENCE = 16;
    private static final int SHORTEST_SENTENCE = 6;

    private final Random random;
    private final List<String> opening;
    private int position;
    private int sentenceEnd;

    Prose(int document, long seed) {
        this.random = Seeds.random(seed, "document", document);
        this.opening = opening(document, seed);
        this.sentenceEnd = nextEnd();
    }

    /** As many random words, each followed by a space: what a forced miss puts in front of a document. */
    static List<String> prefix(int words, long seed, int request) {
        Random random = Seeds.random(seed, "forced miss", request);
        return random.ints(words, 0, WORDS.size())
                .mapToObj(index -> WORDS.get(index) + " ")
                .toList();
    }

    private static List<String> opening(int document, long seed) {
        List<String> order = new ArrayList<>(WORDS);
        Collections.shuffle(order, Seeds.random(seed, "openings", 0));
        List<String> opening = new ArrayList<>();
        for (int rest = document; opening.isEmpty() || rest > 0; rest /= WORDS.size()) {
            opening.add(order.get(rest % WORDS.size()));
        }
        return opening;
    }

    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public String next() {
        String word = position < opening.size() ? opening.get(position) : WORDS.get(random.nextInt(WORDS.size()));
        String spaced = position == 0 ? capital(word) : " " + word;
        position++;
        if (position < sentenceEnd) {
            return spaced;
        }
        sentenceEnd = nextEnd();
        return spaced + ".";
    }

    private int nextEnd() {
        return position + SHORTEST_SENTENCE + random.nextInt(LONGEST_SENTENCE - SHORTEST_SENTENCE + 1);
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private static List<String> load() {
        try (InputStream words = Prose.class.getResourceAsStream("words.txt")) {
            String text = new String(Objects.requireNonNull(words).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
