package dev.vllmjunit.stats;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds changes of a series by E-divisive (Matteson and James 2014), as histories of performance are watched with it (Daly and
 * others 2020): splits where the energy distance of both sides is greatest, as long as a permutation test says that this is no
 * chance. Stateless, thread-safe.
 */
public final class ChangePoints {

    private static final int PERMUTATIONS = 999;

    private ChangePoints() {}

    /**
     * The changes, in order of the series. A change has at least three values before and after it; fewer than six values have
     * none. Time grows with the square of the series' length.
     *
     * @param series finite values, in order of time
     * @param significance greatest p-value of a change, between 0 and 1, both excluded; p-values are multiples of 0.001
     * @param seed of the permutations: the same seed gives the same result
     * @throws IllegalArgumentException if a value is not finite
     */
    public static List<ChangePoint> find(double[] series, double significance, long seed) {
        Probability.require("significance", significance);
        if (series.length == 0) {
            return List.of();
        }
        Values.requireFinite("a series", series);
        SplittableRandom random = new SplittableRandom(seed);
        List<Segment> segments = List.of(new Segment(0, series.length, 1));
        Optional<EnergySplit> split = best(series, segments);
        while (split.isPresent()) {
            double pValue = pValue(split.get(), series, segments, random);
            if (pValue > significance) {
                break;
            }
            segments = divide(segments, split.get().index(), pValue);
            split = best(series, segments);
        }
        return describe(series, segments);
    }

    private static Optional<EnergySplit> best(double[] series, List<Segment> segments) {
        return segments.stream()
                .flatMap(segment -> EnergySplit.best(series, segment.from(), segment.to()).stream())
                .max(Comparator.comparingDouble(EnergySplit::statistic));
    }

    /** How often values shuffled within their segments split as well. */
    private static double pValue(EnergySplit split, double[] series, List<Segment> segments, SplittableRandom random) {
        double[] shuffled = series.clone();
        int asGood = 1;
        for (int i = 0; i < PERMUTATIONS; i++) {
            segments.forEach(segment -> segment.shuffle(shuffled, random));
            if (best(shuffled, segments).orElseThrow().statistic() >= split.statistic()) {
                asGood++;
            }
        }
        return asGood / (PERMUTATIONS + 1.0);
    }

    private static List<Segment> divide(List<Segment> segments, int index, double pValue) {
        return segments.stream()
                .flatMap(segment -> segment.from() < index && index < segment.to()
                        ? Stream.of(
                                new Segment(segment.from(), index, segment.pValue()),
                                new Segment(index, segment.to(), pValue))
                        : Stream.of(segment))
                .toList();
    }

    private static List<ChangePoint> describe(double[] series, List<Segment> segments) {
        return IntStream.range(1, segments.size())
                .mapToObj(i -> new ChangePoint(
                        segments.get(i).from(),
                        segments.get(i - 1).mean(series),
                        segments.get(i).mean(series),
                        segments.get(i).pValue()))
                .toList();
    }
}
