/**
 * Faults on purpose: what a test can do to a stack while it runs, when it does it, and how all of it is undone. Knows provision,
 * kvstore, evidence, topology and the links.
 */
@NullMarked
package dev.vllmjunit.faults;

import org.jspecify.annotations.NullMarked;
