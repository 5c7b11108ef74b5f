package dev.vllmjunit.kvstore;

/**
 * What an object store was asked for, by its own count.
 *
 * @param gets answered requests that read an object, or a part of one where a client reads it in parts; a HEAD is none
 * @param getBytes bytes that were read
 * @param puts answered requests that wrote an object, or a part of one
 * @param putBytes bytes that were written
 * @param deletes objects deleted
 */
public record StoreTraffic(long gets, long getBytes, long puts, long putBytes, long deletes) {

    /** Nothing yet. */
    public static final StoreTraffic NONE = new StoreTraffic(0, 0, 0, 0, 0);

    /** This traffic and another. */
    public StoreTraffic plus(StoreTraffic other) {
        return new StoreTraffic(
                gets + other.gets,
                getBytes + other.getBytes,
                puts + other.puts,
                putBytes + other.putBytes,
                deletes + other.deletes);
    }

    /** With sizes so many times larger: what a scaled-down object stands for. */
    public StoreTraffic scaled(int factor) {
        return new StoreTraffic(gets, getBytes * factor, puts, putBytes * factor, deletes);
    }

    /** This traffic less an earlier one of the same store. */
    public StoreTraffic minus(StoreTraffic earlier) {
        return new StoreTraffic(
                gets - earlier.gets,
                getBytes - earlier.getBytes,
                puts - earlier.puts,
                putBytes - earlier.putBytes,
                deletes - earlier.deletes);
    }
}
