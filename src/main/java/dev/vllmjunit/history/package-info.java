/**
 * What was measured before: every result with a fingerprint of its conditions, the baseline that people have accepted, and whether
 * the level has changed since. Knows settings, evidence, statistics and how to reach S3.
 */
@NullMarked
package dev.vllmjunit.history;

import org.jspecify.annotations.NullMarked;
