package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.Tier;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.data.Percentage;

/** Assertions of the prefill side's cache hit rate, over all tiers or {@link #from(Tier) from one}. */
public final class CacheHitRateAssert extends FigureAssert<CacheHitRateAssert, Percentage> {

    CacheHitRateAssert(BenchmarkResultAssert result) {
        super(result, Readings.cacheHitRate(), CacheHitRateAssert.class, Percentage.class);
    }

    /** Only what this tier had. INVALID if the stack cannot tell host memory from object store. */
    @CheckReturnValue
    public ShareAssert from(Tier tier) {
        ShareAssert share = new ShareAssert(and(), Readings.cacheHitRate(tier));
        share.info.description(info.description());
        return share;
    }

    @Override
    double value(Percentage bound) {
        return bound.value;
    }
}
