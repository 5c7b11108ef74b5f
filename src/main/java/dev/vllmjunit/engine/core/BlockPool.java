package dev.vllmjunit.engine.core;

import java.util.HashMap;
import java.util.Map;

/**
 * The blocks of one engine's KV cache: reference counts, the free list in order of eviction, and the prefix cache over it. As in
 * vLLM, a free block keeps its key and its content until it is handed out again, blocks without a key go first, and a request's
 * last blocks go before its first; and the first block is nobody's: it stands for no block. Bytes are allocated when a block is first
 * written. Not thread-safe: the engine's lock guards it.
 */
final class BlockPool {

    private final byte[][] content;
    private final int blockBytes;
    private final int[] references;
    private final long[] key;
    private final boolean[] cached;
    private final FreeList free;
    private final int nobodys;
    private final Map<Long, Integer> byKey = new HashMap<>();

    /** So many blocks, of which one fewer hold something. */
    BlockPool(int blocks, int blockBytes) {
        this.content = new byte[blocks][];
        this.blockBytes = blockBytes;
        this.references = new int[blocks];
        this.key = new long[blocks];
        this.cached = new boolean[blocks];
        this.free = new FreeList(blocks);
        this.nobodys = free.removeFirst();
    }

    /** Blocks that hold something or could. */
    int size() {
        return references.length - 1;
    }

    int freeBlocks() {
        return free.size();
    }

    int heldBlocks() {
        return size() - free.size();
    }

    /** How many of the leading {@code limit} keys are in the prefix cache. */
    int hits(BlockHashes keys, int limit) {
        int hits = 0;
        while (hits < limit && byKey.containsKey(keys.get(hits))) {
            hits++;
        }
        return hits;
    }

    /** Of the leading {@code hits} keys, how many lie on the free list, from which taking them would remove them. */
    int freeAmong(BlockHashes keys, int hits) {
        int free = 0;
        for (int i = 0; i < hits; i++) {
            free += references[cachedUnder(keys.get(i))] == 0 ? 1 : 0;
        }
        return free;
    }

    /** Takes a cached block that {@link #hits} counted. */
    int take(long cachedKey) {
        int block = cachedUnder(cachedKey);
        if (references[block]++ == 0) {
            free.remove(block);
        }
        return block;
    }

    /** Hands out the free block that comes first in order of eviction, which is then no longer in the prefix cache. */
    int allocate() {
        int block = free.removeFirst();
        forgetKey(block);
        references[block] = 1;
        return block;
    }

    /** Gives back one reference to each of the leading {@code count} blocks. */
    void release(int[] blocks, int count) {
        for (int i = count - 1; i >= 0; i--) {
            releaseOne(blocks[i]);
        }
    }

    /** Makes a full block known under its key; an earlier block with the same key stays the one that is found. */
    void cache(int block, long newKey) {
        if (!cached[block] && byKey.putIfAbsent(newKey, block) == null) {
            key[block] = newKey;
            cached[block] = true;
        }
    }

    /** The bytes of a block, to read and write. */
    byte[] bytes(int block) {
        if (content[block] == null) {
            content[block] = new byte[blockBytes];
        }
        return content[block];
    }

    /** Puts received bytes in place of a block's own. */
    void adopt(int block, byte[] bytes) {
        content[block] = bytes;
    }

    /** Forgets every key and gives the memory back; does nothing and returns false while a block is held. */
    boolean reset() {
        if (heldBlocks() > 0) {
            return false;
        }
        for (int block = nobodys + 1; block < references.length; block++) {
            forgetKey(block);
            content[block] = null;
        }
        return true;
    }

    private int cachedUnder(long cachedKey) {
        Integer block = byKey.get(cachedKey);
        if (block == null) {
            throw new IllegalStateException("no block is cached under this key; count the hits before taking them");
        }
        return block;
    }

    private void releaseOne(int block) {
        if (references[block] <= 0) {
            throw new IllegalStateException("block " + block + " is released more often than it was taken");
        }
        if (--references[block] > 0) {
            return;
        }
        if (cached[block]) {
            free.addLast(block);
        } else {
            free.addFirst(block);
        }
    }

    private void forgetKey(int block) {
        if (cached[block]) {
            byKey.remove(key[block]);
            cached[block] = false;
        }
    }
}
