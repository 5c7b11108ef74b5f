package dev.vllmjunit.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Units that are drawn from one another's places, whole: each is a row of what it adds to the totals that a statistic is
 * computed from. Sorted, so that the order in which units were observed does not change what is drawn.
 */
final class Stratum {

    private final double[][] rows;

    private Stratum(double[][] rows) {
        this.rows = rows;
    }

    /** At least one row, all of one length. */
    static Stratum of(double[][] rows) {
        double[][] sorted = rows.clone();
        Arrays.sort(sorted, Arrays::compare);
        return new Stratum(sorted);
    }

    int size() {
        return rows.length;
    }

    int width() {
        return rows[0].length;
    }

    /** Adds as many rows as there are, each drawn with the same chance, to the totals from {@code offset} on. */
    void addResample(double[] totals, int offset, SplittableRandom random) {
        for (int i = 0; i < rows.length; i++) {
            add(rows[random.nextInt(rows.length)], totals, offset);
        }
    }

    /** Adds every row to the totals from {@code offset} on. */
    void addAll(double[] totals, int offset) {
        for (double[] row : rows) {
            add(row, totals, offset);
        }
    }

    /** The totals, of all strata, without the row. */
    double[] without(int row, double[] totals, int offset) {
        double[] rest = totals.clone();
        for (int i = 0; i < rows[row].length; i++) {
            rest[offset + i] -= rows[row][i];
        }
        return rest;
    }

    private static void add(double[] row, double[] totals, int offset) {
        for (int i = 0; i < row.length; i++) {
            totals[offset + i] += row[i];
        }
    }
}
