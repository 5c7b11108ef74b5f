package dev.vllmjunit.assertion;

/** Makes a factor of a number, as in {@code isAtLeast(2, TIMES)}. */
public enum Times {
    /** So many times. */
    TIMES
}
