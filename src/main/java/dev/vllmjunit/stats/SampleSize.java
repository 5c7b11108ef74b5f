package dev.vllmjunit.stats;

import java.util.OptionalLong;

/** How many samples a decision takes. Stateless, thread-safe. */
public final class SampleSize {

    private SampleSize() {}

    /**
     * The samples needed in all until an interval would exclude a bound, if the value stays and the interval shrinks around it
     * with the square root of the number of samples. An estimate: the value moves, too.
     *
     * @param interval of the value
     * @param value what the interval is about
     * @param bound to be excluded, ends of the interval being included
     * @param have samples behind the interval, at least 1
     * @return {@code have} if the bound is excluded already; {@link Long#MAX_VALUE} at most; empty if the value equals the bound:
     *     no number of samples would do
     */
    public static OptionalLong toDecide(Interval interval, double value, double bound, long have) {
        if (have < 1) {
            throw new IllegalArgumentException("there are " + have + " samples; an interval is of at least 1");
        }
        if (value == bound) {
            return OptionalLong.empty();
        }
        if (!interval.contains(bound)) {
            return OptionalLong.of(have);
        }
        double reach = bound > value ? interval.high() - value : value - interval.low();
        double shrink = reach / Math.abs(bound - value);
        return OptionalLong.of((long) (Math.floor(have * shrink * shrink) + 1));
    }
}
