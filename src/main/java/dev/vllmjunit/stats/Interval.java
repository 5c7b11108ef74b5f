package dev.vllmjunit.stats;

/**
 * A two-sided confidence interval, ends included.
 *
 * @param low lower end
 * @param high upper end, not below the lower one
 * @param confidence above 0 and below 1, for instance 0.95
 */
public record Interval(double low, double high, double confidence) {

    /** Checks the order of the ends and the confidence. */
    public Interval {
        if (Double.isNaN(low) || Double.isNaN(high) || low > high) {
            throw new IllegalArgumentException(
                    "an interval from " + low + " to " + high + " holds nothing; low must not exceed high");
        }
        Probability.require("confidence", confidence);
    }

    /** Whether the value lies within. */
    public boolean contains(double value) {
        return value >= low && value <= high;
    }
}
