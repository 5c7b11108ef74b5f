package dev.vllmjunit.evidence;

/**
 * KV transfers of one run as the pulling side counted them.
 *
 * @param count completed pulls
 * @param bytes bytes pulled (full size, also where the stack moves a scaled-down copy)
 * @param seconds sum of the transfer times
 * @param failures failed transfers
 * @param expired requests whose blocks expired before they were pulled
 */
public record TransferTotals(long count, long bytes, double seconds, long failures, long expired) {

    /** Of two runs together. */
    TransferTotals plus(TransferTotals other) {
        return new TransferTotals(
                count + other.count,
                bytes + other.bytes,
                seconds + other.seconds,
                failures + other.failures,
                expired + other.expired);
    }
}
