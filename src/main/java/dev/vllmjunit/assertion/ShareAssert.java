package dev.vllmjunit.assertion;

import org.assertj.core.data.Percentage;

/** Assertions of a share of something, in percent. */
public final class ShareAssert extends FigureAssert<ShareAssert, Percentage> {

    ShareAssert(BenchmarkResultAssert result, Reading reading) {
        super(result, reading, ShareAssert.class, Percentage.class);
    }

    @Override
    double value(Percentage bound) {
        return bound.value;
    }
}
