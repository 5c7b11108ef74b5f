package dev.vllmjunit.engine.tier;

import dev.vllmjunit.engine.cost.CostModel;
import dev.vllmjunit.engine.tier.KvCacheTier.LoadedChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks chunks up and loads them, host memory first. As LMCache's, a lookup brings into host memory what only the store has, whether or
 * not the node will want it. What is brought and loaded completes no earlier than the model says for the full-size bytes that really
 * moved; loads share nothing. Thread-safe.
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

    /** How many leading chunks there are, in host memory by then. */
    CompletableFuture<Integer> lookup(List<String> keys, Optional<String> salt) {
        return leading(keys).thenCompose(there -> bring(keys.subList(0, there), salt));
    }

    private CompletableFuture<Integer> leading(List<String> keys) {
        int held = 0;
        while (held < keys.size() && host.contains(keys.get(held))) {
            held++;
        }
        return held == keys.size() ? CompletableFuture.completedFuture(held) : probe(keys, held, FIRST_WAVE);
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
        return objects.exists(key);
    }

    private CompletableFuture<Integer> bring(List<String> keys, Optional<String> salt) {
        return fetch(keys, salt, false).thenApply(prefix -> {
            for (int i = 0; i < prefix.size(); i++) {
                if (prefix.get(i).origin() == Origin.STORE) {
                    host.bring(keys.get(i), prefix.get(i).kv(), salt);
                }
            }
            long stored = count(prefix, Origin.STORE);
            metrics.hits(salt, prefix.size() - stored, stored);
            return prefix.size();
        });
    }

    /** Loads the chunks up to the first that cannot be loaded. What has left host memory since the lookup comes from the store again. */
    CompletableFuture<List<LoadedChunk>> load(List<String> keys, Optional<String> salt) {
        return fetch(keys, salt, true).thenApply(prefix -> {
            List<LoadedChunk> loaded = new ArrayList<>();
            for (Fetched chunk : prefix) {
                if (chunk.origin() == Origin.STORE) {
                    host.put(keys.get(loaded.size()), chunk.kv(), salt);
                }
                loaded.add(new LoadedChunk(chunk.kv().clone(), chunk.origin() != Origin.HOST));
            }
            return loaded;
        });
    }

    private CompletableFuture<List<Fetched>> fetch(List<String> keys, Optional<String> salt, boolean toDevice) {
        long start = System.nanoTime();
        int gets = 0;
        List<CompletableFuture<Optional<Fetched>>> chunks = new ArrayList<>();
        for (String key : keys) {
            HostTier.Held held = host.take(key);
            gets += held == null ? 1 : 0;
            chunks.add(
                    held == null ? fromStore(key) : CompletableFuture.completedFuture(Optional.of(Fetched.of(held))));
        }
        int fetches = gets;
        begin(fetches, salt);
        return all(chunks)
                .thenApply(ChunkLoader::prefix)
                .thenCompose(prefix ->
                        time.at(start + modelledNanos(prefix, toDevice)).thenApply(passed -> prefix))
                .whenComplete((prefix, failure) -> end(fetches, salt, start, failure == null ? prefix : List.of()));
    }

    private CompletableFuture<Optional<Fetched>> fromStore(String key) {
        return objects.get(key).thenApply(read -> read.map(kv -> new Fetched(kv, Origin.STORE)));
    }

    private void begin(int fetches, Optional<String> salt) {
        if (fetches > 0) {
            inFlight.incrementAndGet();
            metrics.loadSubmitted(salt, fetches);
        }
    }

    private void end(int fetches, Optional<String> salt, long start, List<Fetched> prefix) {
        if (fetches > 0) {
            inFlight.decrementAndGet();
            long loaded = count(prefix, Origin.STORE);
            metrics.loadCompleted(salt, loaded, loaded * chunkBytes, System.nanoTime() - start);
        }
    }

    /** The modelled time of an object's load goes all the way to the device, so that what was just brought costs no more. */
    private long modelledNanos(List<Fetched> prefix, boolean toDevice) {
        long stored = count(prefix, Origin.STORE);
        long held = toDevice ? count(prefix, Origin.HOST) : 0;
        return (held == 0 ? 0 : cost.hostLoadNanos(held * chunkBytes))
                + (stored == 0 ? 0 : cost.objectLoadNanos(stored * chunkBytes));
    }

    private static long count(List<Fetched> prefix, Origin origin) {
        return prefix.stream().filter(chunk -> chunk.origin() == origin).count();
    }

    private static List<Fetched> prefix(List<Optional<Fetched>> chunks) {
        return chunks.stream()
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .toList();
    }

    private enum Origin {
        HOST,
        /** Host memory, where a lookup put it a moment ago. */
        BROUGHT,
        STORE
    }

    @SuppressWarnings("ArrayRecordComponent") // megabytes; never compared as a whole
    private record Fetched(byte[] kv, Origin origin) {

        static Fetched of(HostTier.Held held) {
            return new Fetched(held.kv(), held.brought() ? Origin.BROUGHT : Origin.HOST);
        }
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }
}
