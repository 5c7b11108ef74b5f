package dev.vllmjunit.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Units that are drawn from one another's places, whole: each is a row of what it adds to the totals that a statistic is
 * computed from. Sorted, so that the order in which units were observed does not change what is drawn.
 */
final class Stratum {

    /** One row after the other: resampling reads them millions of times. */
    private final double[] rows;

    private final int width;

    private Stratum(double[] rows, int width) {
        this.rows = rows;
        this.width = width;
    }

    /** At least one row, all of one length. */
    static Stratum of(double[][] rows) {
        double[][] sorted = rows.clone();
        Arrays.sort(sorted, Arrays::compare);
        return new Stratum(Arrays.stream(sorted).flatMapToDouble(Arrays::stream).toArray(), rows[0].length);
    }

    int size() {
        return rows.length / width;
    }

    int width() {
        return width;
    }

    /** Adds as many rows as there are, each drawn with the same chance, to the totals from {@code offset} on. */
    void addResample(double[] totals, int offset, SplittableRandom random) {
        int size = size();
        for (int i = 0; i < size; i++) {
            add(random.nextInt(size), totals, offset);
        }
    }

    /** Adds every row to the totals from {@code offset} on. */
    void addAll(double[] totals, int offset) {
        for (int row = 0; row < size(); row++) {
            add(row, totals, offset);
        }
    }

    /** The totals, of all strata, without the row. */
    double[] without(int row, double[] totals, int offset) {
        double[] rest = totals.clone();
        for (int i = 0; i < width; i++) {
            rest[offset + i] -= rows[row * width + i];
        }
        return rest;
    }

    private void add(int row, double[] totals, int offset) {
        for (int i = 0; i < width; i++) {
            totals[offset + i] += rows[row * width + i];
        }
    }
}
