package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import java.time.Duration;
import org.assertj.core.annotation.CheckReturnValue;

/** Assertions of a time. */
public final class TimeAssert extends FigureAssert<TimeAssert, Duration> {

    TimeAssert(BenchmarkResultAssert result, Reading reading) {
        super(result, reading, TimeAssert.class, Duration.class);
    }

    /**
     * Begins a comparison: {@code isAtLeast(2, TIMES).fasterThan(cold)} holds if the other's time is twice this one or more.
     *
     * @param factor greater than 0
     */
    @CheckReturnValue
    public Comparison isAtLeast(double factor, Times times) {
        return new Comparison(Message.requireFactor(factor));
    }

    /** Takes less time than the same figure of the other result. */
    public TimeAssert isFasterThan(BenchmarkResult other) {
        return compare(other, Comparative.FASTER, 0);
    }

    @Override
    double value(Duration bound) {
        return bound.toNanos();
    }

    /** The second half of a comparison. */
    public final class Comparison {

        private final double factor;

        private Comparison(double factor) {
            this.factor = factor;
        }

        /**
         * Compares with the same figure of the other result.
         *
         * @throws dev.vllmjunit.evidence.InvalidRunException if the other is invalid or was measured under other conditions
         */
        public TimeAssert fasterThan(BenchmarkResult other) {
            return compare(other, Comparative.FASTER, factor);
        }
    }
}
