package dev.vllmjunit.assertion;

/** What became of an expectation. */
public enum Verdict {
    /** Measured, and within the range that decides on this stack. */
    PASS,
    /** Measured, and outside the range that decides on this stack. */
    FAIL,
    /** Not measured, or by a run that is not to be trusted. */
    INVALID,
    /** No range decides on this stack, and by arithmetic no such hardware reaches the guide's. */
    NOT_FEASIBLE,
    /** No range decides on this stack; the guide's is shown beside the value. */
    REPORTED
}
