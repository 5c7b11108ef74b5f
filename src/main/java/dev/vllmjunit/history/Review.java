package dev.vllmjunit.history;

import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.RunConditions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One result beside the earlier ones of the same fingerprint. Immutable.
 *
 * @param fingerprint what all were measured under
 * @param cacheState of all
 * @param modelled whether times come from a model of the hardware
 * @param earlier how many valid results there were before
 * @param accepted start of the first result that the accepted baseline counts; empty where none was accepted
 * @param trends the figures that were compared, the present result last in each
 */
public record Review(
        Fingerprint fingerprint,
        CacheState cacheState,
        boolean modelled,
        int earlier,
        Optional<Instant> accepted,
        List<Trend> trends) {

    /** Fewest earlier results that tell what is noise. */
    public static final int FEWEST = 5;

    /** Fewest earlier results that are worth a picture. */
    public static final int FEWEST_TO_SHOW = 2;

    /** Probability of a false alarm in a review, over all its figures (Bonferroni). */
    static final double SIGNIFICANCE = 0.01;

    /** Copies the trends. */
    public Review {
        trends = List.copyOf(trends);
    }

    /** The figures that are worse than before, by more than noise. */
    public List<Trend> regressed() {
        return trends.stream().filter(trend -> !trend.regressions().isEmpty()).toList();
    }

    /** Of a result and the valid ones before it, in order of time. */
    static Review of(
            RunConditions conditions,
            Entry now,
            List<Entry> earlier,
            Optional<Instant> accepted,
            List<Measure> measures) {
        List<Entry> all = Stream.concat(earlier.stream(), Stream.of(now)).toList();
        double significance = SIGNIFICANCE / Math.max(1, measures.size());
        List<Trend> trends = measures.stream()
                .filter(now.figures()::containsKey)
                .map(measure -> trend(measure, all, significance))
                .toList();
        return new Review(
                now.fingerprint(), conditions.cacheState(), conditions.modelled(), earlier.size(), accepted, trends);
    }

    static Trend trend(Measure measure, List<Entry> entries, double significance) {
        List<Trend.Point> points = entries.stream()
                .filter(entry -> entry.figures().containsKey(measure))
                .map(entry -> new Trend.Point(entry.startedAt(), value(entry, measure)))
                .toList();
        double[] values = points.stream().mapToDouble(Trend.Point::value).toArray();
        Levels levels = values.length > FEWEST ? Levels.of(values, significance) : Levels.single(values);
        return new Trend(measure, points, levels.steps(), levels.noise());
    }

    private static double value(Entry entry, Measure measure) {
        return entry.figures().getOrDefault(measure, 0.0);
    }
}
