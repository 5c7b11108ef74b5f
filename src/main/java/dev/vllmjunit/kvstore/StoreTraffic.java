package dev.vllmjunit.kvstore;

/**
 * What an embedded object store was asked for since it started. Sizes are bytes as held, not full-size KV bytes.
 *
 * @param gets objects read; a HEAD is none
 * @param getBytes their size
 * @param puts objects written
 * @param putBytes their size
 * @param deletes objects deleted
 */
public record StoreTraffic(long gets, long getBytes, long puts, long putBytes, long deletes) {

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
