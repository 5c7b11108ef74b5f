package dev.vllmjunit.load;

import java.util.List;

/**
 * What the driver saw of one schedule.
 *
 * @param startNanos start of the run on the driver's clock
 * @param endNanos end of the last response
 * @param requests by index
 * @param health how well the driver itself kept up
 */
public record LoadResult(long startNanos, long endNanos, List<RequestRecord> requests, DriverHealth health) {

    /** Copies the requests. */
    public LoadResult {
        requests = List.copyOf(requests);
    }
}
