package dev.vllmjunit.topology;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;

/** The name somebody probably meant. */
public final class Nearest {

    /** Below this, two names are no more alike than any two. */
    private static final double ALIKE = 0.8;

    private static final JaroWinklerSimilarity SIMILARITY = new JaroWinklerSimilarity();

    private Nearest() {}

    /** The candidate most like {@code given}, if any is alike. */
    static Optional<String> to(String given, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> similarity(given, candidate) >= ALIKE)
                .max(Comparator.comparingDouble(candidate -> similarity(given, candidate)));
    }

    /** {@code ; did you mean x?}, or {@code .} where nothing is alike. */
    public static String question(String given, Collection<String> candidates) {
        return to(given, candidates).map(near -> "; did you mean " + near + "?").orElse(".");
    }

    private static double similarity(String given, String candidate) {
        return SIMILARITY.apply(given.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
    }
}
