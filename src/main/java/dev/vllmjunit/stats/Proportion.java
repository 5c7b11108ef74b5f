package dev.vllmjunit.stats;

import org.apache.commons.statistics.interval.BinomialConfidenceInterval;

/** What a share of independent trials tells of the probability behind it. */
public final class Proportion {

    private Proportion() {}

    /**
     * Wilson's score interval (Wilson 1927), which is never empty and never leaves 0 to 1, also where no trial or every one succeeded.
     *
     * @param successes 0 to {@code trials}
     * @param trials 1 or more
     * @param confidence above 0 and below 1
     * @throws IllegalArgumentException outside of these ranges
     */
    public static Interval interval(int successes, int trials, double confidence) {
        Probability.require("confidence", confidence);
        org.apache.commons.statistics.interval.Interval found =
                BinomialConfidenceInterval.WILSON_SCORE.fromErrorRate(trials, successes, 1 - confidence);
        // The formula's ends are 0 and 1 there but for rounding.
        double low = successes == 0 ? 0 : found.getLowerBound();
        double high = successes == trials ? 1 : found.getUpperBound();
        return new Interval(low, high, confidence);
    }
}
