package dev.vllmjunit.engine.tier;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a prefill node asks of the KV cache server behind it. Thread-safe. Tokens are addressed by the prompt they lead:
 * chunk i of a prompt covers tokens {@code [i * chunkTokens, (i + 1) * chunkTokens)} and its key is a hash chained over the
 * cache salt and all tokens up to its end.
 */
public interface KvCacheTier extends AutoCloseable {

    /** Tokens in a chunk; a multiple of the node's block size. */
    int chunkTokens();

    /**
     * Finds the leading whole chunks of the prompt and holds them: from host memory, and from there on from the object store, which
     * takes no less than the model says. A chunk that does not arrive ends them.
     */
    CompletableFuture<Found> lookup(int[] promptTokens, Optional<String> cacheSalt);

    /**
     * Brings chunks {@code [firstChunk, found.chunks())} to the device; those from host memory take no less than the model says. May bring
     * fewer.
     */
    CompletableFuture<List<LoadedChunk>> load(Found found, int firstChunk);

    /** Keeps one chunk in host memory and starts writing it to the object store. */
    void store(int[] promptTokens, Optional<String> cacheSalt, int chunk, byte[] kv);

    /** Forgets what host memory holds; the object store keeps what it has. */
    void dropHostTier();

    /**
     * What a lookup holds.
     *
     * @param held the prompt's leading chunks
     */
    record Found(List<LoadedChunk> held) {

        /** Nothing. */
        public static final Found NONE = new Found(List.of());

        /** Copies the list. */
        public Found {
            held = List.copyOf(held);
        }

        /** How many leading chunks there are. */
        public int chunks() {
            return held.size();
        }
    }

    /**
     * A chunk as it was received.
     *
     * @param kv its (scaled-down) KV bytes
     * @param fromObjectStore whether it came from the object store rather than from host memory
     */
    @SuppressWarnings("ArrayRecordComponent") // megabytes; never compared as a whole
    record LoadedChunk(byte[] kv, boolean fromObjectStore) {}

    @Override
    void close();
}
