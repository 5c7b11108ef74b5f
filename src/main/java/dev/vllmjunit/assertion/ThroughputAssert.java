package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import org.assertj.core.annotation.CheckReturnValue;

/** Assertions of a throughput. */
public final class ThroughputAssert extends FigureAssert<ThroughputAssert, Rate> {

    ThroughputAssert(BenchmarkResultAssert result, Reading reading) {
        super(result, reading, ThroughputAssert.class, Rate.class);
    }

    /**
     * Begins a comparison: {@code isAtLeast(3, TIMES).higherThan(cold)} holds if this is three times the other's or more.
     *
     * @param factor greater than 0
     */
    @CheckReturnValue
    public Comparison isAtLeast(double factor, Times times) {
        return new Comparison(Message.requireFactor(factor));
    }

    /** Higher than the other result's. */
    public ThroughputAssert isHigherThan(BenchmarkResult other) {
        return compare(other, Comparative.HIGHER, 0);
    }

    @Override
    double value(Rate bound) {
        return bound.tokensPerSecond();
    }

    /** The second half of a comparison. */
    public final class Comparison {

        private final double factor;

        private Comparison(double factor) {
            this.factor = factor;
        }

        /**
         * Compares with the other result's.
         *
         * @throws dev.vllmjunit.evidence.InvalidRunException if the other is invalid or was measured under other conditions
         */
        public ThroughputAssert higherThan(BenchmarkResult other) {
            return compare(other, Comparative.HIGHER, factor);
        }
    }
}
