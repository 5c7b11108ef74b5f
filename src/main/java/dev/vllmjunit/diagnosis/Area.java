package dev.vllmjunit.diagnosis;

/** What a cause has to do with: how a report sorts what is not green. */
public enum Area {
    /** Decode does not reach prefill's side channel, or reaches another. */
    NIXL_CONNECTION("NIXL connection"),
    /** KV cache is offered, kept or moved wrong. */
    KV_TRANSFER("KV transfer"),
    /** UCX has no way to move it. */
    UCX_TRANSPORT("UCX transport"),
    /** The object store does not answer, or refuses. */
    S3_ACCESS("S3 connection or access"),
    /** It answers slowly. */
    S3_SPEED("slow S3"),
    /** Stored KV cache is not found or not used. */
    HIT_RATE("low hit rate"),
    /** The server between prefill nodes and object store. */
    CACHE_SERVER("LMCache server"),
    /** A node that is dead or full. */
    NODE("node"),
    /** A request that no node could answer. */
    REQUEST("request");

    private final String label;

    Area(String label) {
        this.label = label;
    }

    /** In words. */
    public String label() {
        return label;
    }
}
