package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.RateSearch;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;

/** Assertions of a {@link RateSearch}. */
public final class RateSearchAssert extends AbstractAssert<RateSearchAssert, RateSearch> {

    RateSearchAssert(RateSearch actual) {
        super(actual, RateSearchAssert.class);
    }

    /** The highest rate that meets the SLO, which is known to lie between two rates. */
    @CheckReturnValue
    public MaxRateAssert maxRate() {
        return new MaxRateAssert(actual, info.description());
    }
}
