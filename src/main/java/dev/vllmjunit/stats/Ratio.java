package dev.vllmjunit.stats;

import java.util.Optional;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The mean of one sample divided by the mean of another, independent one.
 *
 * @param value the ratio
 * @param interval its confidence interval; empty when a sample has a single value
 */
public record Ratio(double value, Optional<Interval> interval) {

    /**
     * Compares two samples of positive values. The interval is the delta method's on the logarithm of the ratio, with Welch's
     * degrees of freedom: approximate, and better the more values there are.
     *
     * @param confidence between 0 and 1, both excluded
     * @throws IllegalArgumentException if a mean is not positive
     */
    public static Ratio ofMeans(Sample numerator, Sample denominator, double confidence) {
        Probability.require("confidence", confidence);
        requirePositive("numerator", numerator.mean());
        requirePositive("denominator", denominator.mean());
        double value = numerator.mean() / denominator.mean();
        if (numerator.size() < 2 || denominator.size() < 2) {
            return new Ratio(value, Optional.empty());
        }
        double factor = Math.exp(margin(numerator, denominator, confidence));
        return new Ratio(value, Optional.of(new Interval(value / factor, value * factor, confidence)));
    }

    private static double margin(Sample numerator, Sample denominator, double confidence) {
        double a = Math.pow(numerator.standardError() / numerator.mean(), 2);
        double b = Math.pow(denominator.standardError() / denominator.mean(), 2);
        if (a + b == 0) {
            return 0;
        }
        double freedom = (a + b) * (a + b) / (a * a / (numerator.size() - 1) + b * b / (denominator.size() - 1));
        return TDistribution.of(freedom).inverseSurvivalProbability((1 - confidence) / 2) * Math.sqrt(a + b);
    }

    private static void requirePositive(String name, double mean) {
        if (mean <= 0) {
            throw new IllegalArgumentException("the " + name + "'s mean is " + mean + "; a ratio needs positive means");
        }
    }
}
