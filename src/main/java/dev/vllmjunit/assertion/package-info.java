/**
 * What a test author asserts of a benchmark result, in AssertJ's style, and what becomes of a profile's expectations: PASS, FAIL or
 * INVALID. Knows stats, topology and values of evidence, load and router.
 */
@NullMarked
package dev.vllmjunit.assertion;

import org.jspecify.annotations.NullMarked;
