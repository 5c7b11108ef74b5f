package dev.vllmjunit.engine.tier;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.ObjectStoreClient;
import dev.vllmjunit.kvstore.ObjectStoreException;
import dev.vllmjunit.kvstore.ObjectStoreException.Kind;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * L2: chunks in the object store. Thread-safe. Like LMCache it asks the store only about objects that it does not know of, and it
 * keeps no digest of what it wrote: that a chunk comes back altered is for the framework to find. Unlike LMCache it checks the size.
 * No future of it fails: a store that is away is a miss.
 */
final class ObjectTier implements AutoCloseable {

    private static final int WRITES = 8;
    private static final int READS = ObjectStoreClient.CALLS_IN_FLIGHT - WRITES;
    private static final int REMEMBERED = 100_000;

    private final ObjectStoreClient client;
    private final int heldChunkBytes;
    private final TierMetrics metrics;
    private final CircuitBreaker breaker = new CircuitBreaker();
    private final Limiter reads = new Limiter(READS);
    private final Limiter writes = new Limiter(WRITES);
    private final Set<String> known = bounded();
    private final Set<String> damaged = bounded();

    ObjectTier(ObjectStoreAccess access, Duration callDeadline, int heldChunkBytes, TierMetrics metrics) {
        this.client = new ObjectStoreClient(access, callDeadline);
        this.heldChunkBytes = heldChunkBytes;
        this.metrics = metrics;
    }

    private static Set<String> bounded() {
        return Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > REMEMBERED;
            }
        }));
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    /** Objects that this server stored or saw. */
    int knownObjects() {
        return known.size();
    }

    boolean knows(String key) {
        return known.contains(key);
    }

    /** Forgets which objects are there, as a restarted server has. */
    void forget() {
        known.clear();
        damaged.clear();
    }

    /** Whether a lookup may count on the chunk. */
    CompletableFuture<Boolean> exists(String key) {
        return exists(key, reads);
    }

    /** Whether a store may spare the PUT; asked behind other writes, so that it never delays a load. */
    CompletableFuture<Boolean> isStored(String key) {
        return exists(key, writes);
    }

    private CompletableFuture<Boolean> exists(String key, Limiter limiter) {
        if (breaker.isOpen() || damaged.contains(key)) {
            return CompletableFuture.completedFuture(false);
        }
        if (known.contains(key)) {
            return CompletableFuture.completedFuture(true);
        }
        return guarded(limiter, () -> client.exists(key))
                .handle((there, failure) -> failure == null && there && remember(key));
    }

    /** Reads a chunk; empty, and counted as a failed load, where it has gone, has another size, or the store fails. */
    CompletableFuture<Optional<byte[]>> get(String key) {
        return guarded(reads, () -> client.getAtMost(key, heldChunkBytes + 1L))
                .handle((kv, failure) -> failure == null ? checked(key, kv) : lost(key, failure));
    }

    /** Writes a chunk; false where the store does not take it. */
    CompletableFuture<Boolean> put(String key, byte[] kv) {
        return guarded(writes, () -> client.put(key, kv)).handle((done, failure) -> failure == null && written(key));
    }

    private <T extends @Nullable Object> CompletableFuture<T> guarded(
            Limiter limiter, Supplier<CompletableFuture<T>> call) {
        return limiter.submit(() -> breaker.isOpen()
                ? CompletableFuture.failedFuture(new CancellationException("the S3 tier is disabled"))
                : call.get().whenComplete((value, failure) -> observe(failure)));
    }

    private void observe(@Nullable Throwable failure) {
        if (failure == null) {
            breaker.succeeded();
        } else {
            storeFailure(failure).ifPresent(breaker::failed);
        }
    }

    private boolean written(String key) {
        damaged.remove(key);
        return remember(key);
    }

    private boolean remember(String key) {
        known.add(key);
        return true;
    }

    private Optional<byte[]> checked(String key, byte[] kv) {
        return kv.length == heldChunkBytes ? Optional.of(kv) : unusable(key, "size_mismatch");
    }

    private Optional<byte[]> lost(String key, Throwable failure) {
        Kind kind = storeFailure(failure).map(ObjectStoreException::kind).orElse(Kind.CONNECTION);
        return switch (kind) {
            case NOT_FOUND -> failed(key, "not_found");
            case CONNECTION, DENIED -> failed(key, "store_error");
            // An empty object is answered with 416, because its first byte cannot be read.
            case OTHER -> unusable(key, "store_error");
        };
    }

    /** The object is there but no good: a lookup passes it over, and the next store writes it anew. */
    private Optional<byte[]> unusable(String key, String reason) {
        damaged.add(key);
        return failed(key, reason);
    }

    private Optional<byte[]> failed(String key, String reason) {
        known.remove(key);
        metrics.loadFailed(reason);
        return Optional.empty();
    }

    private static Optional<ObjectStoreException> storeFailure(Throwable failure) {
        return failure instanceof ObjectStoreException direct
                ? Optional.of(direct)
                : failure.getCause() instanceof ObjectStoreException cause ? Optional.of(cause) : Optional.empty();
    }

    @Override
    public void close() {
        client.close();
    }
}
