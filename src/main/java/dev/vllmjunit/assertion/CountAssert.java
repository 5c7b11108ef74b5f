package dev.vllmjunit.assertion;

/** Assertions of a number of tokens, bytes or transfers. */
public final class CountAssert extends FigureAssert<CountAssert, Long> {

    CountAssert(BenchmarkResultAssert result, Reading reading) {
        super(result, reading, CountAssert.class, Long.class);
    }

    /** Exactly this number. */
    public CountAssert isEqualTo(long expected) {
        return isEqualTo(Long.valueOf(expected));
    }

    @Override
    double value(Long bound) {
        return bound;
    }
}
