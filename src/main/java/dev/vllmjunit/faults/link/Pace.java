package dev.vllmjunit.faults.link;

/** When the bytes of one direction of a link get through: one after the other at the link's rate. Used from the link's event loop. */
final class Pace {

    private static final double NANOS = 1e9;

    private long freeNanos;

    /** When the last of so many bytes that come now has passed, on the clock of {@link System#nanoTime()}. */
    long passed(long now, int bytes, Condition condition) {
        if (condition.bytesPerSecond() == Condition.UNLIMITED) {
            return now + condition.delayNanos();
        }
        long begin = freeNanos - now > 0 ? freeNanos : now;
        freeNanos = begin + Math.round(bytes * NANOS / condition.bytesPerSecond());
        return freeNanos + condition.delayNanos();
    }

    /** Forgets what is on its way. */
    void reset(long now) {
        freeNanos = now;
    }
}
