package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;

/** Reads one figure from a result, which is valid. Throws InvalidRunException where the result does not tell it. */
@FunctionalInterface
interface Reading {

    Figure of(BenchmarkResult result);
}
