package dev.vllmjunit.topology;

/**
 * How fast the links are at best. A floor is built on them, so they are raw speeds, not what a cache reaches over them.
 *
 * @param s3ReadGBps what one host reads from the object store, in 10^9 bytes per second
 * @param nixlGBps what one prefill node sends to one decode node, in 10^9 bytes per second
 */
public record Links(double s3ReadGBps, double nixlGBps) {

    /**
     * The guide's testbed: about 57 GB/s read from S3 by one host (published with its results), and one port of 400 Gbit/s
     * (the guide's {@code UCX_NET_DEVICES} names one port) between the nodes.
     */
    public static final Links TESTBED = new Links(57, 50);

    private static final double GIGA = 1e9;

    /** Checks that both are positive. */
    public Links {
        if (!(s3ReadGBps > 0) || !(nixlGBps > 0)) {
            throw new IllegalArgumentException("links.s3ReadGBps is " + s3ReadGBps + " and links.nixlGBps is "
                    + nixlGBps + "; each must be greater than 0");
        }
    }

    /** Seconds in which the object store can send {@code bytes} to one host. */
    public double s3Seconds(double bytes) {
        return bytes / (s3ReadGBps * GIGA);
    }

    /** Seconds in which one prefill node can send {@code bytes} to one decode node. */
    public double nixlSeconds(double bytes) {
        return bytes / (nixlGBps * GIGA);
    }
}
