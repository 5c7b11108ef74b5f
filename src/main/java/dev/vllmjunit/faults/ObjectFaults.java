package dev.vllmjunit.faults;

import dev.vllmjunit.evidence.Injection.Effect;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.CacheObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What can be done to the objects of the KV cache, with requests of the test's own to the store. Undone, foreign objects are deleted and
 * damaged ones are as they were. Thread-safe.
 */
public final class ObjectFaults {

    private static final int FOREIGN_BYTES = 64 << 10;
    private static final String FOREIGN = "foreign objects";
    private static final String DAMAGED = "cache objects";

    private final CacheBucket bucket;
    private final Ledger ledger;
    private final AtomicBoolean damaged;
    private final Map<String, byte[]> originals = new LinkedHashMap<>();
    private final List<String> foreign = new ArrayList<>();

    ObjectFaults(CacheBucket bucket, Ledger ledger, AtomicBoolean damaged) {
        this.bucket = bucket;
        this.ledger = ledger;
        this.damaged = damaged;
    }

    /** Adds objects of 64 KiB that nothing of the stack has written, below the prefix of the cache. */
    public void addForeign(int count) {
        requireCount(count);
        ledger.harm(FOREIGN, count + " foreign objects added", Effect.HARM, () -> write(count), this::deleteForeign);
    }

    private synchronized void write(int count) {
        byte[] bytes = new byte[FOREIGN_BYTES];
        new Random(count).nextBytes(bytes);
        String folder = bucket.keyPrefix() + "vllm-junit-foreign-" + UUID.randomUUID() + "/";
        IntStream.range(0, count).forEach(i -> {
            foreign.add(folder + i);
            bucket.write(folder + i, bytes);
        });
    }

    private synchronized void deleteForeign() {
        foreign.forEach(bucket::delete);
        foreign.clear();
    }

    /**
     * Cuts the first cache objects, in the order of keys, to half their length.
     *
     * @throws IllegalStateException if there are fewer
     */
    public void truncate(int count) {
        damage(count, "truncated", bytes -> Arrays.copyOf(bytes, bytes.length / 2));
    }

    /**
     * Changes every other byte of the first cache objects, in the order of keys, and leaves their length.
     *
     * @throws IllegalStateException if there are fewer
     */
    public void alter(int count) {
        damage(count, "altered", ObjectFaults::flipped);
    }

    private void damage(int count, String how, UnaryOperator<byte[]> change) {
        requireCount(count);
        List<CacheObject> objects = bucket.list();
        if (objects.size() < count) {
            throw new IllegalStateException(count + " cache objects are to be " + how + ", but there are "
                    + objects.size() + "; begin from CacheState.S3_ONLY, or damage fewer");
        }
        damaged.set(true);
        List<CacheObject> first = objects.subList(0, count);
        ledger.harm(
                DAMAGED,
                count + " cache objects " + how,
                Effect.HARM,
                () -> first.forEach(object -> rewrite(object.key(), change)),
                this::restore);
    }

    private synchronized void rewrite(String key, UnaryOperator<byte[]> change) {
        byte[] bytes = bucket.read(key);
        originals.putIfAbsent(key, bytes);
        bucket.write(key, change.apply(bytes));
    }

    private synchronized void restore() {
        originals.forEach(bucket::write);
        originals.clear();
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] other = bytes.clone();
        for (int i = 0; i < other.length; i += 2) {
            other[i] ^= 0x40;
        }
        return other;
    }

    private static void requireCount(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("the number of objects is " + count + "; give 1 or more");
        }
    }
}
