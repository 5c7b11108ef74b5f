package dev.vllmjunit.assertion;

import dev.vllmjunit.stats.Interval;

/**
 * How well a figure is known.
 *
 * @param interval its confidence interval, in the figure's own unit
 * @param size number of independent observations behind it
 * @param noun what these are, in the plural: {@code documents}, {@code requests} or {@code repetitions}
 * @param method how the interval was made, in words
 */
record Spread(Interval interval, int size, String noun, String method) {

    static final String DOCUMENTS = "documents";
    static final String REPETITIONS = "repetitions";

    /** For instance {@code 95 %}. */
    String confidence() {
        return Unit.SHARE.format(100 * interval.confidence());
    }

    /** The same in another unit, so many of which make one of this. */
    Spread scaled(double factor) {
        Interval scaled = new Interval(interval.low() * factor, interval.high() * factor, interval.confidence());
        return new Spread(scaled, size, noun, method);
    }
}
