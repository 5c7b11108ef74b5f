package dev.vllmjunit.stats;

import java.util.Arrays;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;

/** Finds the transient at the start of a series. Stateless, thread-safe. */
public final class WarmUp {

    private static final int BATCH = 5;

    private WarmUp() {}

    /**
     * How many values at the start to leave out, by MSER-5 (White 1997): of the means of every five values, leaves out as many as
     * make the standard error of the mean of the rest least. Never more than half of the batches: a result of that half says that the series may not have
     * settled at all.
     *
     * @param inOrderOfTime finite values
     * @return a multiple of 5; 0 if there is no transient, or with fewer than 10 values
     * @throws IllegalArgumentException if a value is not finite
     */
    public static int length(double[] inOrderOfTime) {
        if (inOrderOfTime.length < 2 * BATCH) {
            return 0;
        }
        Values.requireFinite("a series", inOrderOfTime);
        double[] batches = batches(inOrderOfTime);
        int best = 0;
        double least = error(batches, 0);
        for (int left = 1; left <= batches.length / 2; left++) {
            double error = error(batches, left);
            if (error < least) {
                least = error;
                best = left;
            }
        }
        return best * BATCH;
    }

    private static double[] batches(double[] values) {
        double[] means = new double[values.length / BATCH];
        Arrays.setAll(
                means, i -> Mean.ofRange(values, i * BATCH, (i + 1) * BATCH).getAsDouble());
        return means;
    }

    /** The marginal standard error's square. */
    private static double error(double[] batches, int left) {
        return Variance.ofRange(batches, left, batches.length).setBiased(true).getAsDouble() / (batches.length - left);
    }
}
