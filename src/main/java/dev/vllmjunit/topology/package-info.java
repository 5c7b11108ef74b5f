/**
 * What was declared: immutable records, profile YAML and settings, the merging of all three, and checks that need nothing
 * running: what hardware could not reach, what no report may show. Knows nothing.
 */
@NullMarked
package dev.vllmjunit.topology;

import org.jspecify.annotations.NullMarked;
