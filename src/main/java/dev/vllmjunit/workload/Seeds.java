package dev.vllmjunit.workload;

import java.util.Random;

/** Turns the workload's one seed into independent streams of numbers, the same on every machine. */
final class Seeds {

    private Seeds() {}

    /** The stream for the {@code number}-th thing of one use; {@link Random} and the hash of a string are specified exactly. */
    static Random random(long seed, String use, long number) {
        long mixed = mix(mix(seed) ^ use.hashCode()) ^ number;
        return new Random(mix(mixed));
    }

    /** The finaliser of MurmurHash3: each bit of the input changes half the bits of the output. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
