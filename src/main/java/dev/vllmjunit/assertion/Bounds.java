package dev.vllmjunit.assertion;

import dev.vllmjunit.stats.SampleSize;
import java.util.OptionalLong;
import java.util.stream.DoubleStream;

/**
 * The values that a figure is allowed to have.
 *
 * @param low least value, negative infinity when open
 * @param lowBelongs whether the least value is allowed itself
 * @param high greatest value, infinity when open
 * @param highBelongs whether the greatest value is allowed itself
 */
record Bounds(double low, boolean lowBelongs, double high, boolean highBelongs) {

    static Bounds below(double limit) {
        return new Bounds(Double.NEGATIVE_INFINITY, true, limit, false);
    }

    static Bounds atMost(double limit) {
        return between(Double.NEGATIVE_INFINITY, limit);
    }

    static Bounds above(double limit) {
        return new Bounds(limit, false, Double.POSITIVE_INFINITY, true);
    }

    static Bounds atLeast(double limit) {
        return between(limit, Double.POSITIVE_INFINITY);
    }

    static Bounds between(double low, double high) {
        return new Bounds(low, true, high, true);
    }

    /** PASS or FAIL where the whole interval says so, or the value of a figure without one; else INVALID. */
    Verdict verdict(Figure figure) {
        if (allows(figure.low()) && allows(figure.high())) {
            return Verdict.PASS;
        }
        return falls(figure.high()) || exceeds(figure.low()) ? Verdict.FAIL : Verdict.INVALID;
    }

    /** How many more observations would probably decide; empty where none would, because the value lies on a bound. */
    OptionalLong missing(Figure figure, Spread spread) {
        long most = 0;
        for (double bound : undecided(figure).toArray()) {
            OptionalLong needed = SampleSize.toDecide(spread.interval(), figure.value(), bound, spread.size());
            if (needed.isEmpty()) {
                return needed;
            }
            most = Math.max(most, needed.getAsLong() - spread.size());
        }
        return OptionalLong.of(Math.max(1, most));
    }

    /** The bounds that have to leave the interval: all of them for a value that is allowed, else the one it is beyond. */
    private DoubleStream undecided(Figure figure) {
        double value = figure.value();
        if (falls(value)) {
            return DoubleStream.of(low);
        }
        return exceeds(value)
                ? DoubleStream.of(high)
                : DoubleStream.of(low, high).filter(Double::isFinite);
    }

    private boolean allows(double value) {
        return !falls(value) && !exceeds(value);
    }

    private boolean falls(double value) {
        return value < low || (value == low && !lowBelongs);
    }

    private boolean exceeds(double value) {
        return value > high || (value == high && !highBelongs);
    }
}
