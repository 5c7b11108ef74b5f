package dev.vllmjunit.engine.tier;

import dev.vllmjunit.engine.cost.CostModel;
import dev.vllmjunit.engine.tier.KvCacheTier.Found;
import dev.vllmjunit.engine.tier.KvCacheTier.LoadedChunk;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Looks chunks up and loads them, host memory first. Both complete no earlier than the model says for the full-size bytes that
 * were really moved; they share nothing. Thread-safe.
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

    /**
     * As LMCache with {@code --l2-prefetch-policy retain}: what lies in host memory up to the first gap, and behind it what lies in either
     * tier, fetched from the object store at once, whether or not the asking node needs it; what was fetched stays in host memory.
     */
    CompletableFuture<Found> lookup(List<String> keys, Optional<String> salt) {
        List<LoadedChunk> held = keys.stream()
                .map(this::inHostMemory)
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .toList();
        return beyond(keys, held.size()).thenApply(behind -> {
            metrics.hits(salt, held.size(), behind.size(), fetched(behind));
            return new Found(Stream.concat(held.stream(), behind.stream()).toList());
        });
    }

    private Optional<LoadedChunk> inHostMemory(String key) {
        return Optional.ofNullable(host.get(key)).map(kv -> new LoadedChunk(kv, false));
    }

    private CompletableFuture<List<LoadedChunk>> beyond(List<String> keys, int held) {
        if (held == keys.size()) {
            return CompletableFuture.completedFuture(List.of());
        }
        metrics.objectLookup();
        return probe(keys, held, FIRST_WAVE).thenCompose(end -> fetch(keys.subList(held, end)));
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

    /** The chunks up to the first that cannot be read. */
    private CompletableFuture<List<LoadedChunk>> fetch(List<String> keys) {
        long start = System.nanoTime();
        List<CompletableFuture<Optional<LoadedChunk>>> chunks =
                keys.stream().map(this::inEitherTier).toList();
        long fetches = keys.stream().filter(key -> !host.contains(key)).count();
        begin(fetches);
        return all(chunks)
                .thenApply(ChunkLoader::prefix)
                .thenCompose(prefix -> time.at(start + modelledNanos(prefix)).thenApply(passed -> prefix))
                .whenComplete((prefix, failure) -> end(fetches, start, failure == null ? fetched(prefix) : 0))
                .thenApply(prefix -> retain(keys, prefix));
    }

    private List<LoadedChunk> retain(List<String> keys, List<LoadedChunk> prefix) {
        for (int i = 0; i < prefix.size(); i++) {
            if (prefix.get(i).fromObjectStore()) {
                host.put(keys.get(i), prefix.get(i).kv());
            }
        }
        return prefix;
    }

    private CompletableFuture<Optional<LoadedChunk>> inEitherTier(String key) {
        Optional<LoadedChunk> held = inHostMemory(key);
        return held.isPresent()
                ? CompletableFuture.completedFuture(held)
                : objects.get(key).thenApply(read -> read.map(kv -> new LoadedChunk(kv, true)));
    }

    private long modelledNanos(List<LoadedChunk> chunks) {
        long fetched = fetched(chunks);
        return fetched == 0 ? 0 : cost.objectLoadNanos(fetched * chunkBytes);
    }

    /** Copies held chunks; the model's time of what came from the object store has passed when it was fetched. */
    CompletableFuture<List<LoadedChunk>> load(List<LoadedChunk> held) {
        long start = System.nanoTime();
        long fromHost = held.size() - fetched(held);
        metrics.hostRead(fromHost);
        List<LoadedChunk> copies = held.stream()
                .map(chunk -> new LoadedChunk(chunk.kv().clone(), chunk.fromObjectStore()))
                .toList();
        long nanos = fromHost == 0 ? 0 : cost.hostLoadNanos(fromHost * chunkBytes);
        return time.at(start + nanos).thenApply(passed -> copies);
    }

    private void begin(long fetches) {
        if (fetches > 0) {
            inFlight.incrementAndGet();
            metrics.loadSubmitted(fetches);
        }
    }

    private void end(long fetches, long start, long loaded) {
        if (fetches > 0) {
            inFlight.decrementAndGet();
            metrics.loadCompleted(loaded, loaded * chunkBytes, System.nanoTime() - start);
        }
    }

    private static long fetched(List<LoadedChunk> chunks) {
        return chunks.stream().filter(LoadedChunk::fromObjectStore).count();
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
