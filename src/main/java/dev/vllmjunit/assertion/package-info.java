/**
 * What a test author asserts of a benchmark result, in AssertJ's style, and what becomes of a profile's expectations: PASS, FAIL or
 * INVALID. Knows evidence, stats and topology.
 */
@NullMarked
package dev.vllmjunit.assertion;

import org.jspecify.annotations.NullMarked;
