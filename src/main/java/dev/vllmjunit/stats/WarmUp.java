package dev.vllmjunit.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/** Finds the transient at the start of a series. Stateless, thread-safe. */
public final class WarmUp {

    private static final int BATCH = 5;
    private static final int LEAST = 50;
    private static final double SIGNIFICANCE = 0.01;

    private WarmUp() {}

    /**
     * How many values at the start to leave out, by MSER-5 (White 1997): of the means of every five values, leaves out as many as
     * make the standard error of the rest's mean least, but never more than half. A result of that half says that the series may
     * not have settled at all. Chance makes MSER-5 leave out a few values of about every third series without a transient; so
     * they count as one only where Mann and Whitney's test tells them from the rest at a level of 1 %.
     *
     * @param inOrderOfTime finite values
     * @return a multiple of 5; 0 with fewer than 50 values, too few to tell a transient from chance
     * @throws IllegalArgumentException if a value is not finite
     */
    public static int length(double[] inOrderOfTime) {
        if (inOrderOfTime.length < LEAST) {
            return 0;
        }
        Values.requireFinite("a series", inOrderOfTime);
        int length = mser(batches(inOrderOfTime));
        return length > 0 && differs(inOrderOfTime, length) ? length : 0;
    }

    private static int mser(double[] batches) {
        return BATCH
                * IntStream.rangeClosed(0, batches.length / 2)
                        .boxed()
                        .min(Comparator.comparingDouble(left -> error(batches, left)))
                        .orElseThrow();
    }

    private static boolean differs(double[] values, int length) {
        double[] first = Arrays.copyOf(values, length);
        double[] rest = Arrays.copyOfRange(values, length, values.length);
        return MannWhitneyUTest.withDefaults().test(first, rest).getPValue() < SIGNIFICANCE;
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
