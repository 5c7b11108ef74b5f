package dev.vllmjunit.diagnosis;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** A kind of part of a stack, by the names of its log and of its counters. */
public enum Part {
    /** A prefill node. */
    PREFILL("prefill-\\d+"),
    /** A decode node. */
    DECODE("decode-\\d+"),
    /** The KV cache server. */
    CACHE_SERVER("cache-server|lmcache-server"),
    /** The object store's gateway. */
    OBJECT_STORE("object-store|ceph-client\\.rgw");

    private final Pattern name;

    Part(String name) {
        this.name = Pattern.compile(name);
    }

    /** Whose log or counters bear this name, for instance {@code prefill-0}; empty for a part that no rule is about. */
    public static Optional<Part> named(String name) {
        return Arrays.stream(values())
                .filter(part -> part.name.matcher(name).matches())
                .findFirst();
    }
}
