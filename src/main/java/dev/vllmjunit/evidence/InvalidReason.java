package dev.vllmjunit.evidence;

/** Why a run, or a figure of it, cannot be trusted: the closed list behind every INVALID. */
public enum InvalidReason {
    /** The place where the stack was to run lacks something that it needs; nothing was started. */
    NOT_READY,
    /** The cache state found differs from the one asked for. */
    CACHE_STATE_NOT_REACHED,
    /** An object of the cache is not what was stored: it changed, shrank or vanished while the run relied on it. */
    CACHE_ALTERED,
    /** Fewer samples than the figure needs. */
    TOO_FEW_SAMPLES,
    /** Two sources of the same figure disagree. */
    SOURCES_DISAGREE,
    /** The driver, or the host of a model, was too slow. */
    CLIENT_TOO_SLOW,
    /** A part of the stack ended while a run needed it. */
    STACK_LOST,
    /** Requests failed, so that the figures describe other work than was asked for. */
    REQUESTS_FAILED,
    /** The stack cannot tell what the assertion asks. */
    NOT_OBSERVABLE,
    /** Two results were measured under conditions that have to be the same and are not. */
    NOT_COMPARABLE,
    /** The figures leave the question open. */
    INCONCLUSIVE,
    /** The test ended in an exception that tells nothing of the stack: neither an assertion's nor one of the above. */
    TEST_BROKEN
}
