package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.tier.KvCacheTier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A KV cache server in a map, which a test can look into and damage. */
final class FakeTier implements KvCacheTier {

    final Map<String, byte[]> chunks = new ConcurrentHashMap<>();
    final List<String> loads = java.util.Collections.synchronizedList(new ArrayList<>());
    volatile int loseFromChunk = Integer.MAX_VALUE;
    volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    private final int chunkTokens;

    FakeTier(int chunkTokens) {
        this.chunkTokens = chunkTokens;
    }

    @Override
    public int chunkTokens() {
        return chunkTokens;
    }

    @Override
    public CompletableFuture<Found> lookup(int[] promptTokens, Optional<String> cacheSalt) {
        List<LoadedChunk> found = new ArrayList<>();
        while ((found.size() + 1) * chunkTokens <= promptTokens.length
                && chunks.containsKey(key(promptTokens, cacheSalt, found.size()))) {
            found.add(new LoadedChunk(chunk(promptTokens, cacheSalt, found.size()), true));
        }
        return CompletableFuture.completedFuture(new Found(found));
    }

    @Override
    public CompletableFuture<List<LoadedChunk>> load(Found found, int firstChunk) {
        loads.add(firstChunk + "-" + found.chunks());
        List<LoadedChunk> loaded = new ArrayList<>();
        for (int chunk = firstChunk; chunk < Math.min(found.chunks(), loseFromChunk); chunk++) {
            loaded.add(new LoadedChunk(found.held().get(chunk).kv().clone(), true));
        }
        return gate.thenApply(open -> loaded);
    }

    @Override
    public void store(int[] promptTokens, Optional<String> cacheSalt, int chunk, byte[] kv) {
        chunks.put(key(promptTokens, cacheSalt, chunk), kv);
    }

    @Override
    public void dropHostTier() {
        chunks.clear();
    }

    @Override
    public void close() {}

    byte[] chunk(int[] promptTokens, Optional<String> cacheSalt, int chunk) {
        byte[] kv = chunks.get(key(promptTokens, cacheSalt, chunk));
        if (kv == null) {
            throw new AssertionError("chunk " + chunk + " is not stored");
        }
        return kv;
    }

    String key(int[] promptTokens, Optional<String> cacheSalt, int chunk) {
        return cacheSalt.orElse("") + Arrays.hashCode(Arrays.copyOf(promptTokens, (chunk + 1) * chunkTokens));
    }
}
