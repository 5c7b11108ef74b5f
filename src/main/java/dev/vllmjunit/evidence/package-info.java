/**
 * What happened, from every side: metrics and their deltas, hops, token accounting, and the result of a run. Knows topology, workload and load (values only), http.
 */
@NullMarked
package dev.vllmjunit.evidence;

import org.jspecify.annotations.NullMarked;
