package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Repetitions;
import java.util.function.Supplier;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;

/**
 * Assertions of one figure of a result. A figure with an interval passes only when the whole interval does, and fails only when all
 * of it does. Each throws {@link InvalidRunException} if the interval leaves it open, and if the result is invalid or cannot tell the
 * figure; and says nothing of a valid result of a repetition that others will follow.
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
     * Exactly the expected figure; judged on the value alone.
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
        return judge(() ->
                Judgement.of(read().exact(), actual, Asked.of("to be equal to", value, Bounds.between(value, value))));
    }

    /** Less than the bound. */
    public S isLessThan(B bound) {
        double limit = value(bound);
        return ask(Asked.of("to be less than", limit, Bounds.below(limit)));
    }

    /** Less than the bound, or equal to it. */
    public S isAtMost(B bound) {
        double limit = value(bound);
        return ask(Asked.of("to be at most", limit, Bounds.atMost(limit)));
    }

    /** {@link #isAtMost(Object)} in AssertJ's words. */
    public S isLessThanOrEqualTo(B bound) {
        return isAtMost(bound);
    }

    /** Greater than the bound. */
    public S isGreaterThan(B bound) {
        double limit = value(bound);
        return ask(Asked.of("to be greater than", limit, Bounds.above(limit)));
    }

    /** Greater than the bound, or equal to it. */
    public S isAtLeast(B bound) {
        double limit = value(bound);
        return ask(Asked.of("to be at least", limit, Bounds.atLeast(limit)));
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
        return ask(Asked.between(from, to));
    }

    /** No further from the expected value than this share of it. */
    public S isCloseTo(B expected, Percentage offset) {
        double center = value(expected);
        double distance = Math.abs(center) * offset.value / 100;
        return ask(Asked.of(
                "to be within " + Unit.SHARE.format(offset.value) + " of",
                center,
                Bounds.between(center - distance, center + distance)));
    }

    /** Back to the result. */
    @CheckReturnValue
    public BenchmarkResultAssert and() {
        return result;
    }

    /**
     * Holds the same figure of two results against each other.
     *
     * @param factor by how many times it has to be better at least; 0 where any is enough
     */
    S compare(BenchmarkResult other, Comparative comparative, double factor) {
        return judge(() -> Judgement.of(Versus.read(reading, actual, other, comparative, factor, result.confidence())));
    }

    private S ask(Asked asked) {
        return judge(() -> Judgement.of(read(), actual, asked));
    }

    private Figure read() {
        return reading.of(actual.requireValid(), result.confidence());
    }

    /** The one place where a figure is judged. */
    private S judge(Supplier<Judgement> question) {
        if (Repetitions.isPreliminary(actual.requireValid())) {
            return myself;
        }
        Judgement judgement = question.get();
        judgement.requireDecided();
        if (judgement.verdict() == Verdict.FAIL) {
            result.report(failure("%s", judgement.message()));
        }
        return myself;
    }
}
