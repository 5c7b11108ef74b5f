package dev.vllmjunit.evidence;

/** The state of the KV caches when a run starts: a fixture that is brought about and then verified from counters. */
public enum CacheState {
    /** No cache holds anything of the workload. */
    EMPTY,
    /** The object store holds every document; the engines' own caches and the host tier hold nothing. */
    S3_ONLY,
    /**
     * The same, and the prefill nodes' processes are new: what survives a restart. For stacks that can restart a node, with a
     * fraction of a minute for each prefill node's start on a real one.
     */
    S3_AFTER_RESTART,
    /** The prefill node's own prefix cache holds every document. */
    WARM;

    /** Whether each document's first request has to be answered from the object store. */
    public boolean comesFromObjectStore() {
        return this == S3_ONLY || this == S3_AFTER_RESTART;
    }
}
