package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;

/** Reads one figure from results, which are valid. Throws InvalidRunException where a result does not tell it. */
@FunctionalInterface
interface Reading {

    /**
     * The figure of one result.
     *
     * @param confidence of its interval, if it has one
     */
    Figure of(BenchmarkResult result, double confidence);

    /** How many times the figure of one result is that of another. */
    default Figure ratio(BenchmarkResult above, BenchmarkResult below, double confidence) {
        return quotient(of(above, confidence), of(below, confidence));
    }

    /** Of two values alone. */
    static Figure quotient(Figure above, Figure below) {
        if (!(above.value() > 0 && below.value() > 0)) {
            throw new InvalidRunException(
                    InvalidReason.NOT_OBSERVABLE,
                    above.name() + " is 0 in one of the two runs: nothing to compare with");
        }
        return Figure.of(
                above.name(), above.value() / below.value(), Unit.TIMES, above.basis() + " against " + below.basis());
    }
}
