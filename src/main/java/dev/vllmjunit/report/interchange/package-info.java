/**
 * Runs in the file formats of other benchmarks, written and read: what {@code vllm bench serve --save-result} leaves, and a line
 * per request with the names of AIPerf's {@code profile_export.jsonl}. Knows values of topology, workload, load, router, evidence
 * and stats; masks nothing and writes nothing itself: {@code report} does.
 */
@NullMarked
package dev.vllmjunit.report.interchange;

import org.jspecify.annotations.NullMarked;
