/**
 * One run from beginning to end: brings a cache state about, drives the workload through the router, reads every counter
 * before and after, and holds the sources against each other. Knows topology, provision, faults, http, kvstore, router, workload, load and
 * evidence.
 */
@NullMarked
package dev.vllmjunit.bench;

import org.jspecify.annotations.NullMarked;
