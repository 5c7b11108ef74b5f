package dev.vllmjunit.engine.core;

/**
 * What a sequence's KV cache contains. The bytes of a token are a function of the bytes held before its segment of
 * {@value #SEGMENT} tokens and of the segment's tokens up to it, whatever the block size or the cache salt: state S(k) =
 * mix(S(k-1), digest of the bytes of segment k), bytes of a token = PRNG(S before its segment, tokens so far). So a lost,
 * swapped or corrupted block changes all that follows from it.
 */
final class KvStream {

    /** Tokens in a segment; block sizes are multiples of it. */
    static final int SEGMENT = 16;

    private static final long ROOT = 0x6B76L;

    private final BlockPool pool;
    private final int blockSize;
    private final int bytesPerToken;
    private long state = ROOT;
    private int segments;

    KvStream(BlockPool pool, int blockSize, int bytesPerToken) {
        this.pool = pool;
        this.blockSize = blockSize;
        this.bytesPerToken = bytesPerToken;
    }

    /** Computes the KV of tokens {@code [from, to)}, after reading whatever is held before them. */
    void compute(Sequence sequence, int from, int to) {
        readTo(sequence, from);
        int at = from;
        while (at < to) {
            int end = Math.min(to, (at / SEGMENT + 1) * SEGMENT);
            writeInSegment(sequence, at, end);
            readTo(sequence, end);
            at = end;
        }
    }

    /** Digest of all KV bytes of the first {@code tokens} tokens as they are held; everything before must have been read. */
    long digest(Sequence sequence, int tokens) {
        readTo(sequence, tokens);
        int start = segments * SEGMENT;
        return start == tokens ? state : Mixing.chain(state, digestOf(sequence, start, tokens));
    }

    /** Starts over, for a sequence that lost its blocks. */
    void restart() {
        state = ROOT;
        segments = 0;
    }

    private void readTo(Sequence sequence, int tokens) {
        for (; (segments + 1) * SEGMENT <= tokens; segments++) {
            int start = segments * SEGMENT;
            state = Mixing.chain(state, digestOf(sequence, start, start + SEGMENT));
        }
    }

    private long digestOf(Sequence sequence, int from, int to) {
        byte[] bytes = pool.bytes(sequence.blockOf(from));
        int start = offset(from);
        return Mixing.digest(bytes, start, start + (to - from) * bytesPerToken);
    }

    private void writeInSegment(Sequence sequence, int from, int to) {
        byte[] bytes = pool.bytes(sequence.blockOf(from));
        long seed = state;
        for (int token = from / SEGMENT * SEGMENT; token < to; token++) {
            seed = Mixing.chain(seed, sequence.token(token));
            if (token >= from) {
                Mixing.fill(bytes, offset(token), offset(token) + bytesPerToken, seed);
            }
        }
    }

    private int offset(int token) {
        return token % blockSize * bytesPerToken;
    }
}
