package dev.vllmjunit.engine.tier;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** L1: chunks in host memory, the least recently used ones evicted. Thread-safe. Arrays are held as given and must not change. */
final class HostTier {

    private final long capacityChunks;
    private final TierMetrics metrics;
    private final Map<String, byte[]> chunks = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
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

    synchronized byte @Nullable [] get(String key) {
        return chunks.get(key);
    }

    synchronized void put(String key, byte[] kv) {
        if (chunks.put(key, kv) == null) {
            metrics.hostWritten();
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
