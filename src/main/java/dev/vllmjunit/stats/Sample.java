package dev.vllmjunit.stats;

import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.NaNPolicy;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.Quantile.EstimationMethod;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/** Observed values of one quantity in one unit, at least one. Immutable, thread-safe. */
public final class Sample {

    private static final Quantile QUANTILE = Quantile.withDefaults()
            .with(EstimationMethod.HF7)
            .with(NaNPolicy.ERROR)
            .withCopy(false);

    private final double[] sorted;

    private Sample(double[] sorted) {
        this.sorted = sorted;
    }

    /**
     * The sample of these values; the array is copied.
     *
     * @throws IllegalArgumentException if there is no value, or one that is not finite
     */
    public static Sample of(double... values) {
        Values.requireFinite("a sample", values);
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Sample(sorted);
    }

    /** Number of values, 1 or more. */
    public int size() {
        return sorted.length;
    }

    /** Arithmetic mean. */
    public double mean() {
        return Mean.of(sorted).getAsDouble();
    }

    /** Unbiased (n - 1) standard deviation; 0 for a single value. */
    public double standardDeviation() {
        return StandardDeviation.of(sorted).getAsDouble();
    }

    /** Least value. */
    public double min() {
        return sorted[0];
    }

    /** Greatest value. */
    public double max() {
        return sorted[sorted.length - 1];
    }

    /**
     * The quantile by definition 7 of Hyndman and Fan (1996), linear between order statistics: what NumPy's {@code percentile},
     * and so {@code vllm bench serve}, reports. Ask {@link #supports} whether the sample is large enough to mean it.
     *
     * @param q 0 to 1, ends included
     */
    public double quantile(double q) {
        return QUANTILE.evaluate(sorted, q);
    }

    /**
     * The fewest values for which {@link #quantileInterval} exists: the least n with {@code max(q, 1 - q)^n <= (1 - confidence) / 2}.
     * At 95 % confidence 6 for the median, 36 for p90, 72 for p95, 368 for p99.
     *
     * @param q between 0 and 1, both excluded
     * @param confidence between 0 and 1, both excluded
     */
    public static int smallestSizeFor(double q, double confidence) {
        Probability.require("quantile", q);
        Probability.require("confidence", confidence);
        return (int) Math.ceil(Math.log((1 - confidence) / 2) / Math.log(Math.max(q, 1 - q)));
    }

    /** Whether this sample has at least {@link #smallestSizeFor} values. */
    public boolean supports(double q, double confidence) {
        return size() >= smallestSizeFor(q, confidence);
    }

    /**
     * The distribution-free confidence interval of a quantile between two order statistics, with equal tails by the binomial
     * distribution. Its true confidence is the stated one or more.
     *
     * @param q between 0 and 1, both excluded
     * @param confidence between 0 and 1, both excluded
     * @return empty if the sample is too small: for 95 % the median takes 6 values, p90 36, p95 72, p99 368
     */
    public Optional<Interval> quantileInterval(double q, double confidence) {
        Probability.require("quantile", q);
        Probability.require("confidence", confidence);
        double tail = (1 - confidence) / 2;
        int low = size() - rank(1 - q, 1 - tail);
        int high = rank(q, 1 - tail) + 1;
        return low < 1 || high > size()
                ? Optional.empty()
                : Optional.of(new Interval(sorted[low - 1], sorted[high - 1], confidence));
    }

    /**
     * The confidence interval of the mean by Student's t: exact for normal values, such as the means of repeated measurements. For
     * many values of any distribution there is {@link Bootstrap#mean(double[], double)}.
     *
     * @param confidence between 0 and 1, both excluded
     * @return empty for a single value
     */
    public Optional<Interval> meanInterval(double confidence) {
        Probability.require("confidence", confidence);
        if (size() < 2) {
            return Optional.empty();
        }
        double t = TDistribution.of(size() - 1.0).inverseSurvivalProbability((1 - confidence) / 2);
        double margin = t * standardError();
        return Optional.of(new Interval(mean() - margin, mean() + margin, confidence));
    }

    private int rank(double q, double level) {
        return BinomialDistribution.of(size(), q).inverseCumulativeProbability(level);
    }

    /** Standard deviation of the mean. */
    double standardError() {
        return standardDeviation() / Math.sqrt(size());
    }
}
