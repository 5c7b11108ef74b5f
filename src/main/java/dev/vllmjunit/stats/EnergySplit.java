package dev.vllmjunit.stats;

import java.util.Optional;

/**
 * Where a part of a series splits best in two.
 *
 * @param index of the first value of the second part
 * @param statistic the scaled energy distance of both parts (Matteson and James 2014, equation 7, with exponent 1)
 */
record EnergySplit(int index, double statistic) {

    /** Fewest values of a part. */
    static final int LEAST = 3;

    /** The split of {@code series[from, to)} with the greatest statistic; empty if it is too short for two parts. */
    static Optional<EnergySplit> best(double[] series, int from, int to) {
        if (to - from < 2 * LEAST) {
            return Optional.empty();
        }
        double across = 0;
        double left = 0;
        double right = 0;
        for (int i = from; i < to; i++) {
            right += distances(series, i, i + 1, to);
        }
        EnergySplit best = new EnergySplit(from, Double.NEGATIVE_INFINITY);
        for (int i = from; i < to - LEAST; i++) {
            double toLeft = distances(series, i, from, i);
            double toRight = distances(series, i, i + 1, to);
            left += toLeft;
            right -= toRight;
            across += toRight - toLeft;
            int size = i + 1 - from;
            double statistic = size < LEAST ? best.statistic() : statistic(across, left, right, size, to - i - 1);
            best = statistic > best.statistic() ? new EnergySplit(i + 1, statistic) : best;
        }
        return Optional.of(best);
    }

    /** Sums of distances between the parts and, each pair once, within them; sizes of the parts. */
    private static double statistic(double across, double left, double right, double m, double n) {
        double distance = 2 * across / m / n - left * 2 / m / (m - 1) - right * 2 / n / (n - 1);
        return m * n / (m + n) * distance;
    }

    private static double distances(double[] series, int value, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.abs(series[value] - series[i]);
        }
        return sum;
    }
}
