package dev.vllmjunit.engine.tier;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** L1: chunks in host memory, the least recently used ones evicted. Thread-safe. Arrays are held as given and must not change. */
final class HostTier {

    /**
     * A chunk.
     *
     * @param kv its bytes
     * @param brought whether a lookup has just brought it from the object store and nobody has loaded it since
     */
    @SuppressWarnings("ArrayRecordComponent") // megabytes; never compared as a whole
    record Held(byte[] kv, boolean brought) {}

    private final long capacityChunks;
    private final TierMetrics metrics;
    private final Map<String, Held> chunks = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
            return evicts(size());
        }
    };

    HostTier(long capacityChunks, TierMetrics metrics) {
        this.capacityChunks = capacityChunks;
        this.metrics = metrics;
    }

    private boolean evicts(int size) {
        if (size > capacityChunks) {
            metrics.hostEvicted();
            return true;
        }
        return false;
    }

    /** Whether the chunk is there; this does not count as a use. */
    synchronized boolean contains(String key) {
        return chunks.containsKey(key);
    }

    /** The chunk, from now on one that is held as any other. */
    synchronized @Nullable Held take(String key) {
        Held held = chunks.get(key);
        if (held != null && held.brought()) {
            chunks.put(key, new Held(held.kv(), false));
        }
        return held;
    }

    synchronized void put(String key, byte[] kv, Optional<String> salt) {
        put(key, new Held(kv, false), salt);
    }

    /** Keeps a chunk that a lookup brought from the object store. */
    synchronized void bring(String key, byte[] kv, Optional<String> salt) {
        put(key, new Held(kv, true), salt);
    }

    private void put(String key, Held held, Optional<String> salt) {
        if (chunks.put(key, held) == null) {
            metrics.hostWritten(salt);
        }
    }

    synchronized int size() {
        return chunks.size();
    }

    synchronized void clear() {
        chunks.clear();
    }

    long capacityChunks() {
        return capacityChunks;
    }
}
