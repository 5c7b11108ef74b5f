package dev.vllmjunit.stats;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.TTest;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;

/**
 * One set of positive values divided by another. Immutable, thread-safe.
 *
 * <p>The interval of a ratio of means is the BCa bootstrap's, widened to hold Student's interval of the ratio's logarithm (the delta
 * method with Welch's degrees of freedom): where the denominator has a long tail, BCa alone is too narrow. Of 2,000 simulated 95 %
 * intervals so many percent held the true ratio, and so many of BCa alone:
 *
 * <pre>
 * units, of each set                 20          50          100         200
 * pairs, log-normal, sigma 0.5       94.8 (92.9)             95.1 (93.9)
 * pairs, hits and misses             92.9 (90.3)             95.2 (94.3)
 * pairs, Pareto, shape 3                         95.1 (93.8) 94.5 (93.1) 95.6 (94.3)
 * independent, log-normal, sigma 0.5 94.7 (94.0)
 * independent, log-normal, sigma 1   93.1 (91.9)             95.0 (93.0) 95.0 (94.0)
 * independent, hits and misses       96.3 (96.2)             95.5 (95.0)
 * independent, Pareto, shape 3                   95.0 (89.3) 95.5 (91.5)
 * </pre>
 *
 * @param ratio the numerator's mean divided by the denominator's; for {@link Method#REPEATED} the geometric mean of the ratios
 * @param interval the ratio's confidence interval; empty where there are too few units
 * @param pValue probability of a difference like the observed one or greater, to either side, if there were none
 * @param effectSize -1 to 1: how consistently the numerator is the greater one; 0 is as often as not
 * @param method how the two sets belong together
 */
public record Comparison(
        double ratio, Optional<Interval> interval, double pValue, double effectSize, Comparison.Method method) {

    private static final WilcoxonSignedRankTest WILCOXON = WilcoxonSignedRankTest.withDefaults();
    private static final MannWhitneyUTest MANN_WHITNEY = MannWhitneyUTest.withDefaults();

    /** How two sets of values belong together. */
    public enum Method {
        /** The same units, such as documents, were observed in both. */
        PAIRED,
        /** Nothing of one set belongs to anything of the other. */
        INDEPENDENT,
        /** The whole measurement was repeated, numerator and denominator by turns. */
        REPEATED
    }

    /**
     * Compares values of the same clusters: the i-th of both is the same document. The interval is resampled over pairs of
     * clusters, the p-value Wilcoxon's signed-rank test on the clusters' means (exact below 1,024 pairs unless differences tie or
     * are 0), the effect size the matched-pairs rank-biserial correlation (Kerby 2014).
     *
     * @param confidence between 0 and 1, both excluded
     * @throws IllegalArgumentException if the numbers of clusters differ or are 0, or a cluster's mean is not positive
     */
    public static Comparison paired(double[][] numerator, double[][] denominator, double confidence) {
        requireSameLength("clusters", numerator.length, denominator.length);
        double[] above = means("numerator", numerator);
        double[] below = means("denominator", denominator);
        double nearAbove = Values.least(above);
        double nearBelow = Values.least(below);
        double[][] rows = IntStream.range(0, numerator.length)
                .mapToObj(i -> join(Values.total(numerator[i], nearAbove), Values.total(denominator[i], nearBelow)))
                .toArray(double[][]::new);
        Bca bca = new Bca(
                List.of(Stratum.of(rows)),
                totals -> (nearAbove + totals[0] / totals[1]) / (nearBelow + totals[2] / totals[3]));
        return new Comparison(
                bca.observed(),
                bca.ratioInterval(confidence),
                wilcoxon(above, below),
                rankBiserial(above, below),
                Method.PAIRED);
    }

    /**
     * Compares independent values. The interval is resampled from each set by itself, the p-value Mann and Whitney's, the effect
     * size Cliff's delta.
     *
     * @param confidence between 0 and 1, both excluded
     * @throws IllegalArgumentException if there is no value, or one that is not positive
     */
    public static Comparison independent(double[] numerator, double[] denominator, double confidence) {
        requirePositive("numerator", numerator);
        requirePositive("denominator", denominator);
        Bca bca = independentMeans(numerator, denominator);
        double u = MANN_WHITNEY.statistic(numerator, denominator);
        return new Comparison(
                bca.observed(),
                bca.ratioInterval(confidence),
                MANN_WHITNEY.test(numerator, denominator).getPValue(),
                2 * u / numerator.length / denominator.length - 1,
                Method.INDEPENDENT);
    }

    /**
     * Compares one statistic per repetition, the i-th with the i-th. Interval and p-value are Student's, on the logarithms of the
     * ratios; the effect size is the matched-pairs rank-biserial correlation (Kerby 2014).
     *
     * @param confidence between 0 and 1, both excluded
     * @throws IllegalArgumentException if there are fewer than two repetitions, not as many of both, or a value is not positive
     */
    public static Comparison repeated(double[] numerator, double[] denominator, double confidence) {
        Probability.require("confidence", confidence);
        requireSameLength("repetitions", numerator.length, denominator.length);
        requirePositive("numerator", numerator);
        requirePositive("denominator", denominator);
        if (numerator.length < 2) {
            throw new IllegalArgumentException(
                    "one repetition tells nothing of how repetitions differ; give at least two");
        }
        double[] logarithms = IntStream.range(0, numerator.length)
                .mapToDouble(i -> Math.log(numerator[i] / denominator[i]))
                .toArray();
        return repeated(logarithms, confidence, rankBiserial(numerator, denominator));
    }

    private static Comparison repeated(double[] logarithms, double confidence, double effectSize) {
        int n = logarithms.length;
        double mean = Mean.of(logarithms).getAsDouble();
        double error = StandardDeviation.of(logarithms).getAsDouble() / Math.sqrt(n);
        double margin = error * TDistribution.of(n - 1.0).inverseSurvivalProbability((1 - confidence) / 2);
        Interval interval = new Interval(Math.exp(mean - margin), Math.exp(mean + margin), confidence);
        return new Comparison(
                Math.exp(mean), Optional.of(interval), studentsP(logarithms, mean, error), effectSize, Method.REPEATED);
    }

    private static double studentsP(double[] logarithms, double mean, double error) {
        if (error == 0) {
            return mean == 0 ? 1 : 0;
        }
        return TTest.withDefaults().test(logarithms).getPValue();
    }

    private static double wilcoxon(double[] above, double[] below) {
        return Arrays.equals(above, below) ? 1 : WILCOXON.test(above, below).getPValue();
    }

    private static double rankBiserial(double[] above, double[] below) {
        if (Arrays.equals(above, below)) {
            return 0;
        }
        double up = WILCOXON.statistic(above, below);
        double down = WILCOXON.statistic(below, above);
        return (up - down) / (up + down);
    }

    /** The ratio of two independent samples' means. */
    static Bca independentMeans(double[] numerator, double[] denominator) {
        double nearAbove = Values.least(numerator);
        double nearBelow = Values.least(denominator);
        return new Bca(
                List.of(singles(numerator, nearAbove), singles(denominator, nearBelow)),
                totals -> (nearAbove + totals[0] / totals[1]) / (nearBelow + totals[2] / totals[3]));
    }

    private static Stratum singles(double[] values, double near) {
        return Stratum.of(Arrays.stream(values)
                .mapToObj(value -> Values.total(new double[] {value}, near))
                .toArray(double[][]::new));
    }

    private static double[] join(double[] first, double[] second) {
        return new double[] {first[0], first[1], second[0], second[1]};
    }

    private static double[] means(String name, double[][] clusters) {
        double[] means = Arrays.stream(clusters)
                .mapToDouble(cluster -> {
                    Values.requireFinite("a cluster of the " + name, cluster);
                    return Mean.of(cluster).getAsDouble();
                })
                .toArray();
        requirePositive(name, means);
        return means;
    }

    private static void requirePositive(String name, double[] values) {
        Values.requireFinite("the " + name, values);
        for (double value : values) {
            if (value <= 0) {
                throw new IllegalArgumentException(
                        "the " + name + " holds " + value + "; a ratio needs positive values");
            }
        }
    }

    private static void requireSameLength(String units, int numerator, int denominator) {
        if (numerator != denominator) {
            throw new IllegalArgumentException("the numerator has " + numerator + " " + units + " and the denominator "
                    + denominator + "; they are compared one by one, so give as many of both");
        }
    }
}
