package dev.vllmjunit.history;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the level that the latest results are on the one that later results are compared with.
 *
 * @param history whose
 * @param by who accepts it
 */
public record Accepting(History history, String by) {

    /**
     * What was accepted.
     *
     * @param folder of the fingerprint
     * @param file where the acceptance is written
     * @param since start of the first result on the accepted level
     * @param results how many there are
     * @param isNew whether it was written just now, rather than known before
     * @param trends the figures over the results since the baseline before; the last level is the accepted one
     */
    public record Accepted(String folder, String file, Instant since, int results, boolean isNew, List<Trend> trends) {}

    /**
     * Accepts the present level of one fingerprint. Accepting the same level again changes nothing.
     *
     * @param which a part of the name of the fingerprint's folder that no other has; empty if there is a single one
     * @param reason why, for those who read the file later
     * @param at when
     * @throws IllegalArgumentException if no reason is given, or no folder or more than one is meant
     * @throws IllegalStateException if the latest results cannot stand for a baseline, saying what would help
     */
    public Accepted accept(String which, String reason, Instant at) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException(
                    "no reason is given; write -Dbaseline.reason=\"…\" for those who read it later");
        }
        String folder = folder(which);
        BaselineFile file = new BaselineFile(history.archive(), folder);
        Optional<Instant> before = file.inForce().map(Acceptance::since);
        List<Entry> entries = since(history.entries(folder), before.orElse(Instant.MIN));
        requireValid(folder, entries);
        List<Entry> valid = entries.stream().filter(Entry::valid).toList();
        List<Trend> trends = trends(valid);
        Instant since = begin(trends);
        int results = since(valid, since).size();
        requireEnough(folder, results, since);
        boolean isNew = !before.equals(Optional.of(since));
        if (isNew) {
            file.append(
                    valid.get(0).fingerprint(),
                    new Acceptance(at, by, reason.strip(), since, results, figures(trends)));
        }
        return new Accepted(folder, history.archive().locate(folder, BaselineFile.NAME), since, results, isNew, trends);
    }

    private String folder(String which) {
        List<String> folders = history.folders();
        List<String> meant =
                folders.stream().filter(folder -> folder.contains(which)).toList();
        if (meant.size() == 1) {
            return meant.get(0);
        }
        List<String> choice = meant.isEmpty() ? folders : meant;
        throw new IllegalArgumentException((which.isEmpty()
                        ? "no fingerprint is named"
                        : "\"" + which + "\" names " + meant.size() + " fingerprints")
                + "; write -Dbaseline.of=… with a part of one of these names that no other has:"
                + (choice.isEmpty() ? " there is none yet" : "\n  " + String.join("\n  ", choice)));
    }

    private static List<Entry> since(List<Entry> entries, Instant start) {
        return entries.stream()
                .filter(entry -> !entry.startedAt().isBefore(start))
                .toList();
    }

    private static void requireValid(String folder, List<Entry> entries) {
        if (entries.isEmpty()) {
            throw new IllegalStateException(folder + " has no result that could be a baseline; run the test first");
        }
        Entry latest = entries.get(entries.size() - 1);
        latest.problem().ifPresent(problem -> {
            throw new IllegalStateException("the latest result of " + folder + ", of " + latest.startedAt()
                    + ", is INVALID (" + problem + "); accept a baseline after a valid run");
        });
    }

    private static void requireEnough(String folder, int results, Instant since) {
        if (results < Review.FEWEST) {
            throw new IllegalStateException(
                    "the level of " + folder + " is known from " + results + " valid results since " + since
                            + ", but a baseline needs " + Review.FEWEST + " or more; run the test again, "
                            + (Review.FEWEST - results) + " times");
        }
    }

    private static List<Trend> trends(List<Entry> valid) {
        double significance = Review.SIGNIFICANCE / Measure.MAIN.size();
        return Measure.MAIN.stream()
                .map(measure -> Review.trend(measure, valid, significance))
                .filter(trend -> !trend.points().isEmpty())
                .toList();
    }

    /** The latest change of any figure begins the present level. */
    private static Instant begin(List<Trend> trends) {
        return trends.stream()
                .map(trend -> trend.points().get(trend.presentFrom()).at())
                .max(Instant::compareTo)
                .orElseThrow();
    }

    private static Map<String, String> figures(List<Trend> trends) {
        Map<String, String> figures = new LinkedHashMap<>();
        trends.forEach(trend -> figures.put(trend.measure().key(), trend.describe()));
        return figures;
    }
}
