package dev.vllmjunit.topology;

import java.util.Locale;

/** What a node does for a request. */
public enum NodeRole {
    /** Computes the prompt's KV cache. */
    PREFILL,
    /** Pulls the KV cache and generates. */
    DECODE;

    /** Lower case, as node names and reports write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
