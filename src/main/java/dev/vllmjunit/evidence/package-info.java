/**
 * What happened, from every side: metrics and their deltas, hops, token accounting, and the result of a run. Knows values of
 * topology, workload, load and router.
 */
@NullMarked
package dev.vllmjunit.evidence;

import org.jspecify.annotations.NullMarked;
