package dev.vllmjunit.stats;

import java.util.Arrays;

/** Checks and sums of values. */
final class Values {

    private Values() {}

    static void requireFinite(String holder, double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException(holder + " of no values has no statistics; give at least one value");
        }
        for (double value : values) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        holder + " holds the value " + value + "; every value must be finite");
            }
        }
    }

    static double least(double[]... clusters) {
        return Arrays.stream(clusters).flatMapToDouble(Arrays::stream).min().orElseThrow();
    }

    /**
     * Sum and number; the sum is of differences from a value near them, so that equal values add up without rounding, and from
     * the least value up, so that their order makes no difference.
     */
    static double[] total(double[] values, double near) {
        return new double[] {
            Arrays.stream(values).map(value -> value - near).sorted().sum(), values.length
        };
    }
}
