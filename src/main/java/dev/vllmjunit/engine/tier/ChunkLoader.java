package dev.vllmjunit.engine.tier;

import dev.vllmjunit.engine.cost.CostModel;
import dev.vllmjunit.engine.tier.KvCacheTier.LoadedChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks chunks up and loads them, host memory first. A load completes no earlier than the model says for the full-size bytes that
 * were really loaded; loads share nothing. Thread-safe.
 */
final class ChunkLoader {

    private static final int FIRST_WAVE = 4;
    private static final int WAVE_GROWTH = 4;

    private final HostTier host;
    private final ObjectTier objects;
    private final ModelledTime time;
    private final CostModel cost;
    private final long chunkBytes;
    private final TierMetrics metrics;
    private final AtomicInteger inFlight = new AtomicInteger();

    ChunkLoader(
            HostTier host,
            ObjectTier objects,
            ModelledTime time,
            CostModel cost,
            long chunkBytes,
            TierMetrics metrics) {
        this.host = host;
        this.objects = objects;
        this.time = time;
        this.cost = cost;
        this.chunkBytes = chunkBytes;
        this.metrics = metrics;
    }

    /** Loads from the object store that have not completed. */
    int inFlight() {
        return inFlight.get();
    }

    /** How many leading chunks there are. */
    CompletableFuture<Integer> leading(List<String> keys) {
        int held = 0;
        while (held < keys.size() && host.contains(keys.get(held))) {
            held++;
        }
        if (held == keys.size()) {
            return CompletableFuture.completedFuture(held);
        }
        metrics.objectLookup();
        return probe(keys, held, FIRST_WAVE);
    }

    /** Asks for a few chunks at once, then for more: a cold prompt costs a few requests, a warm one a few round trips. */
    private CompletableFuture<Integer> probe(List<String> keys, int from, int wave) {
        int to = Math.min(keys.size(), from + wave);
        List<CompletableFuture<Boolean>> there =
                keys.subList(from, to).stream().map(this::isThere).toList();
        return all(there).thenCompose(answers -> {
            int missing = answers.indexOf(false);
            if (missing >= 0) {
                return CompletableFuture.completedFuture(from + missing);
            }
            return to == keys.size() ? CompletableFuture.completedFuture(to) : probe(keys, to, wave * WAVE_GROWTH);
        });
    }

    private CompletableFuture<Boolean> isThere(String key) {
        if (host.contains(key)) {
            return CompletableFuture.completedFuture(true);
        }
        metrics.objectLookupChunk();
        return objects.exists(key);
    }

    /** Loads the chunks up to the first that cannot be loaded; what came from the object store is in host memory afterwards. */
    CompletableFuture<List<LoadedChunk>> load(List<String> keys, Optional<String> salt) {
        long start = System.nanoTime();
        List<CompletableFuture<Optional<byte[]>>> fetches = new ArrayList<>();
        List<CompletableFuture<Optional<LoadedChunk>>> chunks = new ArrayList<>();
        for (String key : keys) {
            byte[] kv = host.get(key);
            if (kv == null) {
                CompletableFuture<Optional<byte[]>> fetch = objects.get(key);
                fetches.add(fetch);
                chunks.add(fetch.thenApply(read -> read.map(bytes -> new LoadedChunk(bytes, true))));
            } else {
                chunks.add(CompletableFuture.completedFuture(Optional.of(new LoadedChunk(kv.clone(), false))));
            }
        }
        begin(fetches.size());
        return all(chunks)
                .thenApply(ChunkLoader::prefix)
                .thenCompose(prefix -> time.at(start + modelledNanos(prefix)).thenApply(passed -> prefix))
                .whenComplete((prefix, failure) -> end(fetches.size(), start, failure == null ? prefix : List.of()))
                .thenApply(prefix -> retain(keys, prefix, salt));
    }

    private void begin(int fetches) {
        if (fetches > 0) {
            inFlight.incrementAndGet();
            metrics.loadSubmitted(fetches);
        }
    }

    private void end(int fetches, long start, List<LoadedChunk> prefix) {
        if (fetches > 0) {
            inFlight.decrementAndGet();
            long loaded = fromObjectStore(prefix);
            metrics.loadCompleted(loaded, loaded * chunkBytes, System.nanoTime() - start);
        }
    }

    private List<LoadedChunk> retain(List<String> keys, List<LoadedChunk> prefix, Optional<String> salt) {
        for (int i = 0; i < prefix.size(); i++) {
            if (prefix.get(i).fromObjectStore()) {
                host.put(keys.get(i), prefix.get(i).kv().clone());
            }
        }
        long stored = fromObjectStore(prefix);
        metrics.hits(salt, prefix.size() - stored, stored);
        return prefix;
    }

    private long modelledNanos(List<LoadedChunk> prefix) {
        long stored = fromObjectStore(prefix);
        long held = prefix.size() - stored;
        return (held == 0 ? 0 : cost.hostLoadNanos(held * chunkBytes))
                + (stored == 0 ? 0 : cost.objectLoadNanos(stored * chunkBytes));
    }

    private static long fromObjectStore(List<LoadedChunk> prefix) {
        return prefix.stream().filter(LoadedChunk::fromObjectStore).count();
    }

    private static List<LoadedChunk> prefix(List<Optional<LoadedChunk>> chunks) {
        return chunks.stream()
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .toList();
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }
}
