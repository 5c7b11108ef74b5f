package dev.vllmjunit.history;

import dev.vllmjunit.stats.ChangePoint;
import dev.vllmjunit.stats.ChangePoints;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The levels of a series, on the scale of their logarithms, where noise is a share of the value. Two tests find
 * where one ends: E-divisive over the whole series, which sees a change once there are a few values on both sides; and, for what
 * E-divisive cannot see yet, whether the mean of the latest one to {@value #LATEST} values lies beyond the prediction interval of the
 * level before (Student's t, with the noise of all levels together).
 */
final class Levels {

    /** A change by less than this share is none: clocks, and the placing of threads, are no better. */
    static final double SMALLEST = 0.01;

    private static final double LEAST = 1e-4;
    private static final int LATEST = 5;
    private static final double FINEST_OF_PERMUTATIONS = 0.001;
    private static final long SEED = 20_140_601;

    private final double[] logs;
    private final TreeSet<Integer> starts = new TreeSet<>(List.of(0));

    private Levels(double[] logs) {
        this.logs = logs;
    }

    /**
     * Finds the levels.
     *
     * @param values 0 or more, in order of time
     * @param significance greatest probability of finding a change for the worse where there is none, for both
     *     tests together; of E-divisive's half no less than the {@value #FINEST_OF_PERMUTATIONS} that it can tell
     */
    static Levels of(double[] values, double significance) {
        Levels levels = new Levels(Arrays.stream(values).map(Levels::log).toArray());
        double each = significance / 2;
        ChangePoints.find(levels.logs, Math.max(each, FINEST_OF_PERMUTATIONS), SEED).stream()
                .map(ChangePoint::index)
                .forEach(levels.starts::add);
        levels.dropSmall();
        levels.latest(each / LATEST).ifPresent(levels.starts::add);
        return levels;
    }

    /** Natural logarithm; a share of nothing counts as one in ten thousand, so that a fall to nothing is a change. */
    static double log(double value) {
        return Math.log(Math.max(LEAST, value));
    }

    /** Of values that are too few to tell: a single level. */
    static Levels single(double[] values) {
        return new Levels(Arrays.stream(values).map(Levels::log).toArray());
    }

    List<Trend.Step> steps() {
        return starts.tailSet(0, false).stream()
                .map(start ->
                        new Trend.Step(start, Math.exp(mean(before(start), start)), Math.exp(mean(start, end(start)))))
                .toList();
    }

    /** Standard deviation of the logarithms around their levels, which for small ones is a share of the value. */
    double noise() {
        return noise(logs.length);
    }

    /** The first of the latest values that do not belong to the level before: of the splits that are no chance the neatest. */
    private Optional<Integer> latest(double significance) {
        int from = starts.last();
        return IntStream.range(Math.max(from + 1, logs.length - LATEST), logs.length)
                .filter(split -> freedom(split) >= 1 && off(from, split) > Math.log1p(SMALLEST))
                .filter(split -> chance(from, split) <= significance)
                .boxed()
                .min(Comparator.comparingDouble(split -> squares(from, split) + squares(split, logs.length)));
    }

    /** How far the values from the split on are from those before. */
    private double off(int from, int split) {
        return Math.abs(mean(split, logs.length) - mean(from, split));
    }

    /** The probability of values that are as far off, on this side, by chance. */
    private double chance(int from, int split) {
        double spread = noise(split) * Math.sqrt(1.0 / (logs.length - split) + 1.0 / (split - from));
        return spread == 0 ? 0 : TDistribution.of(freedom(split)).survivalProbability(off(from, split) / spread);
    }

    private void dropSmall() {
        Optional<Trend.Step> least = leastStep();
        while (least.isPresent() && size(least.get()) < Math.log1p(SMALLEST)) {
            starts.remove(least.get().index());
            least = leastStep();
        }
    }

    private Optional<Trend.Step> leastStep() {
        return steps().stream().min(Comparator.comparingDouble(Levels::size));
    }

    private static double size(Trend.Step step) {
        return Math.abs(Math.log(step.after() / step.before()));
    }

    /** Of the first {@code length} values. */
    private double noise(int length) {
        double squares = 0;
        for (int start : starts.headSet(length)) {
            squares += squares(start, Math.min(length, end(start)));
        }
        return freedom(length) < 1 ? 0 : Math.sqrt(squares / freedom(length));
    }

    private double squares(int from, int to) {
        double mean = mean(from, to);
        return Arrays.stream(logs, from, to)
                .map(log -> (log - mean) * (log - mean))
                .sum();
    }

    private double freedom(int length) {
        return (double) length - starts.headSet(length).size();
    }

    private int before(int start) {
        Integer lower = starts.lower(start);
        return lower == null ? 0 : lower;
    }

    private int end(int start) {
        Integer higher = starts.higher(start);
        return higher == null ? logs.length : higher;
    }

    private double mean(int from, int to) {
        return Arrays.stream(logs, from, to).average().orElseThrow();
    }
}
