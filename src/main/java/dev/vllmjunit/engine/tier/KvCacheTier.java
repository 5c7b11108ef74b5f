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
     * How many leading whole chunks of the prompt are available: looks at host memory, then at the object store, and brings what only the
     * store has into host memory, completing no earlier than the model says that takes.
     */
    CompletableFuture<Integer> lookup(int[] promptTokens, Optional<String> cacheSalt);

    /**
     * Loads chunks {@code [firstChunk, endChunk)} of the prompt, completing no earlier than the model says it takes.
     * May load fewer than asked for when a chunk has gone: the prefix that could be loaded counts.
     */
    CompletableFuture<List<LoadedChunk>> load(
            int[] promptTokens, Optional<String> cacheSalt, int firstChunk, int endChunk);

    /** Keeps the prompt's chunks from {@code firstChunk} on in host memory and starts writing them to the object store. */
    void store(int[] promptTokens, Optional<String> cacheSalt, int firstChunk, List<byte[]> kv);

    /** Forgets what host memory holds; the object store keeps what it has. */
    void dropHostTier();

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
