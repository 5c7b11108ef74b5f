package dev.vllmjunit.evidence;

/** The state of the KV caches when a run starts: a fixture that is brought about and then verified from counters. */
public enum CacheState {
    /** No cache holds anything of the workload. */
    EMPTY,
    /** The object store holds every document; the engines' own caches and the host tier hold nothing. */
    S3_ONLY,
    /** The prefill node's own prefix cache holds every document. */
    WARM
}
