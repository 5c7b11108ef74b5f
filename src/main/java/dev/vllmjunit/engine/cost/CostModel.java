package dev.vllmjunit.engine.cost;

/**
 * Modelled times of one node, in nanoseconds. Every figure it returns is modelled, never measured.
 */
public interface CostModel {

    /** What a node needs for a request before its engine may schedule it, beyond what the embedded node really needs: 0 or more. */
    default long requestNanos() {
        return 0;
    }

    /** Computing {@code newTokens} prompt tokens that attend to {@code contextTokens} earlier ones. */
    long prefillNanos(int newTokens, int contextTokens);

    /** One decode step of {@code sequences} sequences that hold {@code contextTokens} tokens of KV cache in all. */
    long decodeStepNanos(int sequences, long contextTokens);

    /** Moving {@code bytes} (full size) of KV cache from the prefill node to the decode node. */
    long transferNanos(long bytes);

    /** Loading {@code bytes} (full size) from host memory onto the device. */
    long hostLoadNanos(long bytes);

    /** Loading {@code bytes} (full size) from the object store onto the device. */
    long objectLoadNanos(long bytes);

    /** Writing {@code bytes} (full size) to the object store. */
    long objectStoreNanos(long bytes);
}
