package dev.vllmjunit.assertion;

import org.assertj.core.annotation.CheckReturnValue;

/** Names a figure of the KV transfers, as the decode nodes counted them. */
public final class TransferAssert {

    private final BenchmarkResultAssert result;

    TransferAssert(BenchmarkResultAssert result) {
        this.result = result;
    }

    /** Bytes pulled, full size. */
    @CheckReturnValue
    public CountAssert bytes() {
        return new CountAssert(result, Readings.transferBytes());
    }

    /** Completed pulls. */
    @CheckReturnValue
    public CountAssert count() {
        return new CountAssert(result, Readings.transfers());
    }

    /** Mean time of one pull. */
    @CheckReturnValue
    public TimeAssert meanTime() {
        return new TimeAssert(result, Readings.meanTransferTime());
    }

    /** Back to the result. */
    @CheckReturnValue
    public BenchmarkResultAssert and() {
        return result;
    }
}
