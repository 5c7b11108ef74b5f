/**
 * What is wrong with a configuration before anything is started: a profile with its annotations, or commands in a file, become one
 * {@link dev.vllmjunit.lint.Deployment}, and each rule looks at that. Knows the topology.
 */
@NullMarked
package dev.vllmjunit.lint;

import org.jspecify.annotations.NullMarked;
