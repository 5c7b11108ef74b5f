package dev.vllmjunit.stats;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How much each unit pulls at a statistic, seen by leaving one out at a time (Efron and Tibshirani 1993, section 11).
 *
 * @param acceleration how fast the statistic's standard error changes with the statistic itself: equation 14.15 and, for
 *     several strata, Efron (1987), equation 7.3; 0 when nothing varies
 * @param freedom degrees of freedom of the standard error, by Welch and Satterthwaite for several strata
 * @param error the statistic's standard error
 * @param widening the standard error divided by the bootstrap's, which is {@code sqrt(n / (n - 1))} for one stratum of n units
 */
record Jackknife(double acceleration, double freedom, double error, double widening) {

    /** Leaves out each unit of each stratum in turn; every stratum has two units or more. */
    static Jackknife of(List<Stratum> strata, double[] totals, ToDoubleFunction<double[]> statistic) {
        double cubes = 0;
        double narrow = 0;
        double variance = 0;
        double uncertainty = 0;
        int offset = 0;
        for (Stratum stratum : strata) {
            int n = stratum.size();
            double[] influence = influence(stratum, offset, totals, statistic);
            double squares = Arrays.stream(influence).map(u -> u * u).sum();
            double part = squares / n / (n - 1);
            cubes += Arrays.stream(influence).map(u -> u * u * u).sum() / n / n / n;
            narrow += squares / n / n;
            variance += part;
            uncertainty += part * part / (n - 1);
            offset += stratum.width();
        }
        return narrow == 0
                ? new Jackknife(0, 1, 0, 1)
                : new Jackknife(
                        cubes / 6 / Math.pow(narrow, 1.5),
                        variance * variance / uncertainty,
                        Math.sqrt(variance),
                        Math.sqrt(variance / narrow));
    }

    private static double[] influence(
            Stratum stratum, int offset, double[] totals, ToDoubleFunction<double[]> statistic) {
        double[] without = new double[stratum.size()];
        double observed = statistic.applyAsDouble(totals);
        // Differences, because equal numbers other than zero may have a mean that is rounded.
        Arrays.setAll(without, i -> statistic.applyAsDouble(stratum.without(i, totals, offset)) - observed);
        double mean = Arrays.stream(without).average().orElseThrow();
        return Arrays.stream(without)
                .map(value -> (stratum.size() - 1) * (mean - value))
                .toArray();
    }
}
