package dev.vllmjunit.evidence;

import dev.vllmjunit.topology.Figures;

/**
 * Something that was done to a stack on purpose, or undone.
 *
 * @param atNanos when it was begun, on the driver's {@link System#nanoTime()} clock; before the first request for what was in force then
 * @param what in words, for instance {@code S3 link cut}
 * @param effect what it does to the stack
 */
public record Injection(long atNanos, String what, Effect effect) {

    /** What an injection does to a stack. */
    public enum Effect {
        /** A part works worse, or not at all. */
        HARM,
        /** The same, and a node's counters are gone with it. */
        LOSS,
        /** A part works again: recovery begins. */
        MEND
    }

    /**
     * For instance {@code S3 link cut after 2 s}, or {@code from the start on}.
     *
     * @param startNanos the first intended start, on the driver's clock
     */
    public String describe(long startNanos) {
        double seconds = (atNanos - startNanos) / 1e9;
        return what + (seconds < 0 ? " from the start on" : " after " + Figures.seconds(seconds));
    }
}
