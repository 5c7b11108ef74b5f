package dev.vllmjunit.differences;

import dev.vllmjunit.stats.Comparison;
import dev.vllmjunit.stats.Sample;
import java.util.Arrays;

/**
 * Times to first token of a stack, of the same stack once more and of a slower one, measured by turns.
 *
 * @param stack by repetition, then by document
 * @param again the same stack
 * @param slower the other one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Trial(double[][] stack, double[][] again, double[][] slower) {

    private static final double CONFIDENCE = 0.95;

    /** Whether two sides are called different by the means of their repetitions, as assertions on a repeated test do. */
    static boolean differ(double[][] one, double[][] other) {
        return claims(Comparison.repeated(means(one), means(other), CONFIDENCE));
    }

    /** Whether a single run of each is called different by its documents. */
    static boolean singleRunsDiffer(double[][] one, double[][] other) {
        return claims(Comparison.paired(documents(one[0]), documents(other[0]), CONFIDENCE));
    }

    private static boolean claims(Comparison comparison) {
        return !comparison.interval().orElseThrow().contains(1);
    }

    static double[] means(double[][] runs) {
        return Arrays.stream(runs).mapToDouble(run -> Sample.of(run).mean()).toArray();
    }

    private static double[][] documents(double[] run) {
        return Arrays.stream(run).mapToObj(time -> new double[] {time}).toArray(double[][]::new);
    }
}
