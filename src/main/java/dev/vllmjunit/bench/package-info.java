/**
 * One run from beginning to end: brings a cache state about, drives the workload through the router, reads every counter
 * before and after, and holds the sources against each other. Knows the running stack and all that produces evidence.
 */
@NullMarked
package dev.vllmjunit.bench;

import org.jspecify.annotations.NullMarked;
