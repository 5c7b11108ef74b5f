package dev.vllmjunit.engine.core;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Lets modelled time pass as real time, to within some microseconds. */
final class Pacing {

    /** A parked thread wakes up to about this late; the rest of a wait is spun. */
    private static final long SPIN_NANOS = 80_000;

    private Pacing() {}

    /**
     * Waits until {@link System#nanoTime()} reaches the deadline.
     *
     * @param cancelled looked at whenever the thread wakes; ends the wait early
     */
    static void waitUntil(long deadlineNanos, BooleanSupplier cancelled) {
        long left = deadlineNanos - System.nanoTime();
        while (left > 0 && !cancelled.getAsBoolean()) {
            if (left > SPIN_NANOS) {
                LockSupport.parkNanos(left - SPIN_NANOS);
            } else {
                Thread.onSpinWait();
            }
            left = deadlineNanos - System.nanoTime();
        }
    }
}
