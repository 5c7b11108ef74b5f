package dev.vllmjunit.engine.core;

import java.util.Arrays;
import java.util.Optional;

/**
 * Keys of a sequence's full blocks in the prefix cache: each is a hash over its tokens, the key before it and, through the
 * first, the cache salt. So equal keys mean equal tokens from the start of the prompt on, under the same salt.
 */
final class BlockHashes {

    private static final long ROOT = 0x766C6C6DL;

    private final int blockSize;
    private long[] hashes;
    private int size;
    private long last;

    BlockHashes(Optional<String> cacheSalt, int blockSize, int expectedTokens) {
        this.blockSize = blockSize;
        this.hashes = new long[expectedTokens / blockSize + 1];
        this.last = cacheSalt.map(salt -> Mixing.chain(ROOT, salt)).orElse(ROOT);
    }

    /** Hashes the blocks that {@code count} tokens fill and that are not hashed yet. */
    void extend(int[] tokens, int count) {
        while ((size + 1) * blockSize <= count) {
            for (int i = size * blockSize; i < (size + 1) * blockSize; i++) {
                last = Mixing.chain(last, tokens[i]);
            }
            append();
        }
    }

    long get(int block) {
        return hashes[block];
    }

    private void append() {
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, size * 2);
        }
        hashes[size++] = last;
    }
}
