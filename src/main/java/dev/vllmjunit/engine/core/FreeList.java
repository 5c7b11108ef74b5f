package dev.vllmjunit.engine.core;

/** Free blocks in the order in which they are handed out: a doubly linked list over block numbers, all operations O(1). */
final class FreeList {

    private final int[] next;
    private final int[] previous;
    private final int head;
    private int size;

    /** All of {@code blocks} are free, the lowest number first. */
    FreeList(int blocks) {
        next = new int[blocks + 1];
        previous = new int[blocks + 1];
        head = blocks;
        next[head] = head;
        previous[head] = head;
        for (int block = 0; block < blocks; block++) {
            addLast(block);
        }
    }

    int size() {
        return size;
    }

    void addLast(int block) {
        link(previous[head], block, head);
    }

    void addFirst(int block) {
        link(head, block, next[head]);
    }

    int removeFirst() {
        if (size == 0) {
            throw new IllegalStateException("no free block; check how many are free before taking one");
        }
        int first = next[head];
        remove(first);
        return first;
    }

    void remove(int block) {
        next[previous[block]] = next[block];
        previous[next[block]] = previous[block];
        size--;
    }

    private void link(int before, int block, int after) {
        next[before] = block;
        previous[block] = before;
        next[block] = after;
        previous[after] = block;
        size++;
    }
}
