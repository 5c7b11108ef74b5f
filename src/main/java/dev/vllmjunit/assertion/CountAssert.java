package dev.vllmjunit.assertion;

/** Assertions of a number of tokens, bytes or transfers. */
public final class CountAssert extends FigureAssert<CountAssert, Long> {

    CountAssert(BenchmarkResultAssert result, Reading reading) {
        super(result, reading, CountAssert.class);
    }

    @Override
    double value(Long bound) {
        return bound;
    }
}
