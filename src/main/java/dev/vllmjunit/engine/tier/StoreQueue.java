package dev.vllmjunit.engine.tier;

import dev.vllmjunit.engine.cost.CostModel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes chunks to the object store behind the requests. Thread-safe; never blocks. The writes of one server share its link: each
 * becomes visible no earlier than the model says after the one before. What waits is bounded by bytes; a chunk beyond that stays in
 * host memory alone.
 */
final class StoreQueue {

    private static final Logger LOG = LoggerFactory.getLogger(StoreQueue.class);

    private final ObjectTier objects;
    private final ModelledTime time;
    private final CostModel cost;
    private final long chunkBytes;
    private final long limitBytes;
    private final TierMetrics metrics;
    private final Map<String, CompletableFuture<Boolean>> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean logged = new AtomicBoolean();
    private long linkFreeAt = System.nanoTime();

    StoreQueue(
            ObjectTier objects,
            ModelledTime time,
            CostModel cost,
            long chunkBytes,
            long limitBytes,
            TierMetrics metrics) {
        this.objects = objects;
        this.time = time;
        this.cost = cost;
        this.chunkBytes = chunkBytes;
        this.limitBytes = limitBytes;
        this.metrics = metrics;
    }

    /** Chunks on their way. */
    int inFlight() {
        return inFlight.size();
    }

    /** Starts writing those of the chunks that are neither in the store, as far as is known, nor on their way there. */
    void submit(Map<String, byte[]> chunks, Optional<String> salt) {
        Map<String, CompletableFuture<Boolean>> begun = new LinkedHashMap<>();
        chunks.forEach((key, kv) -> {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            if (!objects.knows(key) && inFlight.putIfAbsent(key, done) == null) {
                begun.put(key, done);
            }
        });
        if (begun.isEmpty()) {
            return;
        }
        metrics.storeSubmitted(salt, begun.size());
        AtomicInteger open = new AtomicInteger(begun.size());
        begun.forEach((key, done) -> done.thenAccept(stored -> ended(stored, salt, open.decrementAndGet())));
        begun.forEach((key, done) -> start(key, Objects.requireNonNull(chunks.get(key)), done));
    }

    private void ended(boolean stored, Optional<String> salt, int stillOpen) {
        if (stored) {
            metrics.chunkStored(salt);
        }
        if (stillOpen == 0) {
            metrics.storeCompleted();
        }
    }

    private void start(String key, byte[] kv, CompletableFuture<Boolean> done) {
        if (waitingBytes.addAndGet(kv.length) > limitBytes) {
            logFull();
            finish(key, kv, done, false);
            return;
        }
        var unused = objects.isStored(key)
                .thenCompose(there -> there ? CompletableFuture.completedFuture(true) : write(key, kv))
                .whenComplete((stored, failure) -> finish(key, kv, done, failure == null && stored));
    }

    private CompletableFuture<Boolean> write(String key, byte[] kv) {
        return objects.breaker().isOpen()
                ? CompletableFuture.completedFuture(false)
                : time.at(reserveLink()).thenCompose(passed -> objects.put(key, kv));
    }

    private synchronized long reserveLink() {
        long now = System.nanoTime();
        long start = linkFreeAt - now > 0 ? linkFreeAt : now;
        linkFreeAt = start + cost.objectStoreNanos(chunkBytes);
        return linkFreeAt;
    }

    private void finish(String key, byte[] kv, CompletableFuture<Boolean> done, boolean stored) {
        waitingBytes.addAndGet(-kv.length);
        done.complete(stored);
        inFlight.remove(key);
    }

    private void logFull() {
        if (logged.compareAndSet(false, true)) {
            LOG.error(
                    "More than {} bytes wait to be written to the object store; further chunks are kept in host memory alone",
                    limitBytes);
        }
    }

    /** Waits until nothing is on its way; false when the bound passes first. */
    boolean awaitIdle(Duration bound) {
        try {
            CompletableFuture.allOf(inFlight.values().toArray(CompletableFuture[]::new))
                    .get(bound.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | CancellationException | TimeoutException e) {
            return false;
        }
    }
}
