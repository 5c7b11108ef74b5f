package dev.vllmjunit.engine.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** 64-bit mixing over longs and bytes: fast and well spread, not cryptographic. The byte order is fixed, so values travel. */
final class Mixing {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;

    private Mixing() {}

    /** The next link of a chain: depends on every value before it and on their order. */
    static long chain(long state, long value) {
        return finish(Long.rotateLeft(state, 27) * PRIME_1 + finish(value + GOLDEN));
    }

    /** Chains the characters of a text. */
    static long chain(long state, String text) {
        long mixed = chain(state, text.length());
        for (int i = 0; i < text.length(); i++) {
            mixed = chain(mixed, text.charAt(i));
        }
        return mixed;
    }

    /** Digest of a range of bytes, in xxHash64's way: four lanes of longs, then what is left over. */
    static long digest(byte[] bytes, int from, int to) {
        long a = PRIME_1;
        long b = PRIME_2;
        long c = 0;
        long d = -PRIME_1;
        int at = from;
        for (; at + 32 <= to; at += 32) {
            a = lane(a, (long) LONGS.get(bytes, at));
            b = lane(b, (long) LONGS.get(bytes, at + 8));
            c = lane(c, (long) LONGS.get(bytes, at + 16));
            d = lane(d, (long) LONGS.get(bytes, at + 24));
        }
        long mixed = chain(chain(chain(chain(to - from, a), b), c), d);
        for (; at + 8 <= to; at += 8) {
            mixed = chain(mixed, (long) LONGS.get(bytes, at));
        }
        for (; at < to; at++) {
            mixed = chain(mixed, bytes[at]);
        }
        return mixed;
    }

    /** Fills a range with the pseudo-random bytes of a seed (SplitMix64). */
    static void fill(byte[] bytes, int from, int to, long seed) {
        long state = seed;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            LONGS.set(bytes, at, finish(state += GOLDEN));
        }
        long rest = finish(state + GOLDEN);
        for (; at < to; at++, rest >>>= 8) {
            bytes[at] = (byte) rest;
        }
    }

    private static long lane(long lane, long value) {
        return Long.rotateLeft(lane + value * PRIME_2, 31) * PRIME_1;
    }

    private static long finish(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
