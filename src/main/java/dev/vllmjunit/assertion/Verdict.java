package dev.vllmjunit.assertion;

/** What became of an expectation or, PASS, FAIL and INVALID alone, of an assertion or a test. */
public enum Verdict {
    /** Measured, and what was asked for: of an expectation, within the range that decides on this stack. */
    PASS,
    /** Measured, and not what was asked for: of an expectation, outside the range that decides on this stack. */
    FAIL,
    /** Not measured, by a run that is not to be trusted, or not well enough to decide. */
    INVALID,
    /** No range decides on this stack, and by arithmetic no such hardware reaches the guide's. */
    NOT_FEASIBLE,
    /** No range decides on this stack; the guide's is shown beside the value. */
    REPORTED
}
