package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.cost.CostModel;

/** A model in which a prefill chunk, a decode step, a transfer and the way of a request to the engine take fixed times. */
record FixedCost(long prefill, long decode, long transfer, long requestNanos) implements CostModel {

    static final FixedCost FREE = new FixedCost(0, 0, 0);

    FixedCost(long prefill, long decode, long transfer) {
        this(prefill, decode, transfer, 0);
    }

    @Override
    public long prefillNanos(int newTokens, int contextTokens) {
        return prefill;
    }

    @Override
    public long decodeStepNanos(int sequences, long contextTokens) {
        return decode;
    }

    @Override
    public long transferNanos(long bytes) {
        return transfer;
    }

    @Override
    public long hostLoadNanos(long bytes) {
        return 0;
    }

    @Override
    public long objectLoadNanos(long bytes) {
        return 0;
    }

    @Override
    public long objectStoreNanos(long bytes) {
        return 0;
    }
}
