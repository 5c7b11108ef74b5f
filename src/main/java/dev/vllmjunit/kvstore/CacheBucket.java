package dev.vllmjunit.kvstore;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * The bucket of the S3 tier, for setting up and inspecting a run. Thread-safe. Calls block, each no longer than 20 seconds per
 * request, and throw {@link ObjectStoreException}. Nothing outside the access's key prefix is cleared.
 */
public final class CacheBucket implements AutoCloseable {

    private static final Duration CALL_DEADLINE = Duration.ofSeconds(20);
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();
    private static final int BATCH = 1000;

    private final ObjectStoreAccess access;
    private final ObjectStoreClient client;

    /** Opens no connection yet. */
    public CacheBucket(ObjectStoreAccess access) {
        this(access, CALL_DEADLINE);
    }

    CacheBucket(ObjectStoreAccess access, Duration callDeadline) {
        this.access = access;
        this.client = new ObjectStoreClient(access, callDeadline);
    }

    /** What the key of every cache object begins with; may be empty. */
    public String keyPrefix() {
        return access.keyPrefix();
    }

    /** Lists, writes, reads and deletes one object below the prefix, so that a wrong setting is found before a run. */
    public void probe() {
        new BucketProbe(access, client)
                .steps().stream()
                        .flatMap(step -> step.fault().stream())
                        .findFirst()
                        .ifPresent(fault -> {
                            throw fault;
                        });
    }

    /** Creates the bucket in a store that has none yet; harmless where it is there and ours. */
    public void create() {
        await(client.createBucket());
    }

    /** Every cache object below the prefix, in the order of the keys: whatever else lies there is nobody's business here. */
    public List<CacheObject> list() {
        return everything().stream()
                .filter(object -> CacheKey.of(object, access.keyPrefix()).isPresent())
                .toList();
    }

    private List<CacheObject> everything() {
        return everything(access.keyPrefix());
    }

    /** Whole keys of all objects below any prefix, whoever wrote them, in their order. */
    public List<String> keysBelow(String prefix) {
        return everything(prefix).stream().map(CacheObject::key).toList();
    }

    private List<CacheObject> everything(String prefix) {
        List<CacheObject> objects = new ArrayList<>();
        String continuation = null;
        do {
            ListObjectsV2Response page = await(client.list(prefix, continuation));
            page.contents()
                    .forEach(o -> objects.add(new CacheObject(
                            o.key(), o.size(), o.eTag() == null ? "" : o.eTag().replace("\"", ""))));
            continuation = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
        } while (continuation != null);
        return List.copyOf(objects);
    }

    /** What is below the prefix, by who wrote it. */
    public BucketSummary summary() {
        return BucketSummary.of(everything(), access.keyPrefix());
    }

    /**
     * Deletes every cache object below the prefix; objects of another layout stay.
     *
     * @return how many
     */
    public long clear() {
        List<String> keys = list().stream().map(CacheObject::key).toList();
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
            refusedOf(batch).forEach(this::delete);
        }
        return keys.size();
    }

    /** What a batch delete left; everything where the store has no batch delete. */
    private List<String> refusedOf(List<String> batch) {
        try {
            return await(client.deleteBatch(batch));
        } catch (ObjectStoreException e) {
            if (e.kind() == ObjectStoreException.Kind.OTHER) {
                return batch;
            }
            throw e;
        }
    }

    /**
     * Waits until at least {@code atLeastObjects} cache objects are below the prefix and their number has not changed for {@code quiet}: cache
     * servers write to S3 behind the request.
     *
     * @param deadline longest wait
     * @throws ObjectStoreException when the deadline passes first, with the number expected and the number found
     */
    public List<CacheObject> awaitSettled(long atLeastObjects, Duration quiet, Duration deadline) {
        long start = System.nanoTime();
        long unchangedSince = start;
        List<CacheObject> objects = list();
        while (objects.size() < atLeastObjects || System.nanoTime() - unchangedSince < quiet.toNanos()) {
            if (System.nanoTime() - start > deadline.toNanos()) {
                throw notSettled(atLeastObjects, objects.size(), quiet, deadline);
            }
            pause();
            List<CacheObject> now = list();
            unchangedSince = now.size() == objects.size() ? unchangedSince : System.nanoTime();
            objects = now;
        }
        return objects;
    }

    private ObjectStoreException notSettled(long expected, int found, Duration quiet, Duration deadline) {
        String detail = found < expected
                ? "at least " + expected + " objects were expected, " + found + " are there"
                : found + " objects are there (" + expected
                        + " were expected), but their number still changed within the last " + quiet.toMillis() + " ms";
        return new ObjectStoreException(
                ObjectStoreException.Kind.OTHER,
                access + " did not settle within " + deadline.toMillis() + " ms: " + detail
                        + ".\nCheck the cache server's store failures: its log and its /status.",
                null);
    }

    private static void pause() {
        LockSupport.parkNanos(POLL_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.OTHER, "interrupted while waiting for the bucket to settle", null);
        }
    }

    /** The bytes of one object, by its whole key. */
    public byte[] read(String key) {
        return await(client.get(key));
    }

    /** Writes one object, by its whole key. */
    public void write(String key, byte[] value) {
        await(client.put(key, value));
    }

    /** Deletes one object, by its whole key. */
    public void delete(String key) {
        await(client.delete(key));
    }

    static <T extends @Nullable Object> T await(CompletableFuture<T> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof ObjectStoreException known ? known : e;
        }
    }

    /** Closes the connections; the objects stay. */
    @Override
    public void close() {
        client.close();
    }
}
