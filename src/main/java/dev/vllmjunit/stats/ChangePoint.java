package dev.vllmjunit.stats;

/**
 * Where a series changes its distribution.
 *
 * @param index of the first value after the change, counted from 0
 * @param before mean from the change before, or the start, to this one
 * @param after mean from this change to the next, or the end
 * @param pValue probability of a change like this one or greater in values whose order means nothing
 */
public record ChangePoint(int index, double before, double after, double pValue) {}
