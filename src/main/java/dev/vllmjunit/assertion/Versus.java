package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.topology.Figures;

/**
 * A figure of two results, of which the first is asked to be better.
 *
 * @param mine of the first
 * @param theirs of the second
 * @param ratio how many times better the first is
 * @param conditions of the first
 * @param others of the second
 * @param comparative what better means
 * @param factor by how many times it has to be better at least; 0 where any is enough
 */
record Versus(
        Figure mine,
        Figure theirs,
        Figure ratio,
        RunConditions conditions,
        RunConditions others,
        Comparative comparative,
        double factor) {

    static Versus read(
            Reading reading,
            BenchmarkResult result,
            BenchmarkResult other,
            Comparative comparative,
            double factor,
            double confidence) {
        Figure mine = reading.of(result.requireValid(), confidence);
        Comparability.require(result, other);
        Figure theirs = reading.of(other, confidence);
        Figure ratio = ratio(reading, result, other, comparative.lessIsBetter(), confidence);
        return new Versus(mine, theirs, ratio, result.conditions(), other.conditions(), comparative, factor);
    }

    /** How many times better one result is than another. */
    static Figure ratio(
            Reading reading, BenchmarkResult result, BenchmarkResult other, boolean lessIsBetter, double confidence) {
        BenchmarkResult above = lessIsBetter ? other : result;
        BenchmarkResult below = lessIsBetter ? result : other;
        return SingleRuns.widened(reading.ratio(above, below, confidence), above, below, confidence);
    }

    Bounds bounds() {
        return factor == 0 ? Bounds.above(1) : Bounds.atLeast(factor);
    }

    /** For instance {@code to be at least 4 times faster than}. */
    String relation() {
        String times = factor == 0 ? "" : "at least " + Figures.digits(factor) + " times ";
        return "to be " + times + comparative.word() + " than";
    }

    /** For instance {@code 4.2 times as fast}. */
    String found() {
        return Figures.digits(ratio.value()) + " times as " + comparative.positive();
    }
}
