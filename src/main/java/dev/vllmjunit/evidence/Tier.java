package dev.vllmjunit.evidence;

/** Where a prefill node found prompt tokens that it did not compute. */
public enum Tier {
    /** Its own prefix cache. */
    DEVICE,
    /** Host memory behind the connector. */
    HOST,
    /** The object store. */
    S3
}
