package dev.vllmjunit.faults.link;

/**
 * What a link does to bytes on their way.
 *
 * @param delayNanos how much later they arrive, each way
 * @param bytesPerSecond how many pass at most each way, all connections together; {@link #UNLIMITED} for no limit
 * @param passage whether they pass at all
 */
record Condition(long delayNanos, long bytesPerSecond, Passage passage) {

    static final long UNLIMITED = Long.MAX_VALUE;
    static final Condition HEALTHY = new Condition(0, UNLIMITED, Passage.OPEN);

    /** What becomes of connections. */
    enum Passage {
        /** Everything passes. */
        OPEN,
        /** Nothing passes, and nobody is told: what was sent arrives when the link is healed. */
        CUT,
        /** Nobody listens: connections break off, and new ones are refused. */
        REFUSED,
        /** Each request is answered HTTP 403 on the way, as a store does that does not know the key. */
        FORBIDDEN
    }

    Condition delayed(long nanos) {
        return new Condition(nanos, bytesPerSecond, passage);
    }

    Condition limited(long limit) {
        return new Condition(delayNanos, limit, passage);
    }

    Condition with(Passage other) {
        return new Condition(delayNanos, bytesPerSecond, other);
    }

    boolean isCut() {
        return passage == Passage.CUT;
    }

    boolean isRefused() {
        return passage == Passage.REFUSED;
    }

    boolean isForbidden() {
        return passage == Passage.FORBIDDEN;
    }
}
