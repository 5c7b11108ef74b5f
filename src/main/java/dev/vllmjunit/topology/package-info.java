/**
 * What was declared: immutable records, profile YAML, the merging of both, and checks that need nothing running. Knows nothing.
 */
@NullMarked
package dev.vllmjunit.topology;

import org.jspecify.annotations.NullMarked;
