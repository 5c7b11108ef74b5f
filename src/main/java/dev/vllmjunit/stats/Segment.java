package dev.vllmjunit.stats;

import java.util.SplittableRandom;
import org.apache.commons.statistics.descriptive.Mean;

/**
 * A part of a series between two changes.
 *
 * @param from index of its first value
 * @param to index after its last value
 * @param pValue of the change that it begins with; 1 at the start of the series
 */
record Segment(int from, int to, double pValue) {

    double mean(double[] series) {
        return Mean.ofRange(series, from, to).getAsDouble();
    }

    /** Puts its values in an order drawn from all orders with the same chance (Fisher and Yates). */
    void shuffle(double[] series, SplittableRandom random) {
        for (int i = to - 1; i > from; i--) {
            int j = from + random.nextInt(i - from + 1);
            double swapped = series[i];
            series[i] = series[j];
            series[j] = swapped;
        }
    }
}
