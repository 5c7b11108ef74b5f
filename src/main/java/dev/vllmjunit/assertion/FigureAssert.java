package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Repetitions;
import java.util.function.DoublePredicate;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;

/**
 * Assertions of one figure of a result. Each throws {@link InvalidRunException} if the result is invalid or cannot tell the figure,
 * and says nothing of a valid result of a repetition that others will follow.
 *
 * @param <S> the type itself
 * @param <B> the type of bounds
 */
public abstract class FigureAssert<S extends FigureAssert<S, B>, B> extends AbstractAssert<S, BenchmarkResult> {

    private final BenchmarkResultAssert result;
    private final Reading reading;
    private final Class<B> bounds;

    FigureAssert(BenchmarkResultAssert result, Reading reading, Class<S> type, Class<B> bounds) {
        super(result.actual(), type);
        this.bounds = bounds;
        this.result = result;
        this.reading = reading;
        info.description(result.info.description());
        info.overridingErrorMessage(result.info.overridingErrorMessage());
    }

    /** The bound in the base of the figure's unit. */
    abstract double value(B bound);

    /**
     * Exactly the expected figure.
     *
     * @throws IllegalArgumentException if the expected value is none that the figure can have
     */
    @Override
    public S isEqualTo(@Nullable Object expected) {
        if (!bounds.isInstance(expected)) {
            throw new IllegalArgumentException(
                    expected + " is no " + bounds.getSimpleName() + ", which is what this figure is compared with");
        }
        double value = value(bounds.cast(expected));
        return check("to be equal to", value, actual -> actual == value);
    }

    /** Less than the bound. */
    public S isLessThan(B bound) {
        double limit = value(bound);
        return check("to be less than", limit, value -> value < limit);
    }

    /** Less than the bound, or equal to it. */
    public S isAtMost(B bound) {
        double limit = value(bound);
        return check("to be at most", limit, value -> value <= limit);
    }

    /** {@link #isAtMost(Object)} in AssertJ's words. */
    public S isLessThanOrEqualTo(B bound) {
        return isAtMost(bound);
    }

    /** Greater than the bound. */
    public S isGreaterThan(B bound) {
        double limit = value(bound);
        return check("to be greater than", limit, value -> value > limit);
    }

    /** Greater than the bound, or equal to it. */
    public S isAtLeast(B bound) {
        double limit = value(bound);
        return check("to be at least", limit, value -> value >= limit);
    }

    /** {@link #isAtLeast(Object)} in AssertJ's words. */
    public S isGreaterThanOrEqualTo(B bound) {
        return isAtLeast(bound);
    }

    /** Within the bounds, ends included. */
    public S isBetween(B low, B high) {
        double from = value(low);
        double to = value(high);
        if (from > to) {
            throw new IllegalArgumentException(
                    "between " + low + " and " + high + " lies nothing; write the lower first");
        }
        if (waits()) {
            return myself;
        }
        Figure figure = read();
        if (figure.value() < from || figure.value() > to) {
            fail(Message.notBetween(figure, actual, from, to));
        }
        return myself;
    }

    /** No further from the expected value than this share of it. */
    public S isCloseTo(B expected, Percentage offset) {
        double center = value(expected);
        return check(
                "to be within " + Unit.SHARE.format(offset.value) + " of",
                center,
                value -> Math.abs(value - center) <= Math.abs(center) * offset.value / 100);
    }

    /** Back to the result. */
    @CheckReturnValue
    public BenchmarkResultAssert and() {
        return result;
    }

    /**
     * Holds the same figure of two results against each other.
     *
     * @param better the words for a good difference: {@code faster} where less is better, {@code higher} where more is
     * @param factor by which it has to be better, at least, or strictly for {@code 1} when strict
     */
    S compare(BenchmarkResult other, String better, boolean lessIsBetter, double factor, boolean strict) {
        if (waits()) {
            return myself;
        }
        Figure mine = read();
        Comparability.require(actual, other);
        Figure theirs = reading.of(other);
        double ratio = lessIsBetter ? theirs.value() / mine.value() : mine.value() / theirs.value();
        if (!(strict ? ratio > factor : ratio >= factor)) {
            fail(Message.notBetter(mine, theirs, actual, other, better, lessIsBetter, strict ? 0 : factor));
        }
        return myself;
    }

    /** Whether the verdict waits for further repetitions; what makes one of them INVALID makes all of them so. */
    private boolean waits() {
        return Repetitions.isPreliminary(actual.requireValid());
    }

    private S check(String relation, double limit, DoublePredicate holds) {
        if (waits()) {
            return myself;
        }
        Figure figure = read();
        if (!holds.test(figure.value())) {
            fail(Message.notWithin(figure, actual, relation, limit));
        }
        return myself;
    }

    private Figure read() {
        return reading.of(actual.requireValid());
    }

    private void fail(String message) {
        result.report(failure("%s", message));
    }
}
