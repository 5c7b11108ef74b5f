/**
 * From samples to values with known error: quantiles, intervals and comparisons. Knows nothing.
 */
@NullMarked
package dev.vllmjunit.stats;

import org.jspecify.annotations.NullMarked;
