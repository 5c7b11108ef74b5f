package dev.vllmjunit.load;

import dev.vllmjunit.workload.Schedule;
import java.net.URI;
import java.time.Duration;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/** Sends a schedule on time and timestamps what comes back. Implementations may be used for one run after the other. */
public interface LoadDriver extends AutoCloseable {

    /**
     * Runs the schedule to its end. A failed request is a record with an error, never an exception.
     *
     * @param target the router's or a node's endpoint, without a path
     * @param requestTimeout longest a single request may take; beyond it the request failed
     * @param progress called with the number of finished requests, from the event loop: must return at once
     */
    default LoadResult run(Schedule schedule, URI target, Duration requestTimeout, IntConsumer progress) {
        return run(schedule, target, requestTimeout, progress, startNanos -> {});
    }

    /**
     * The same, telling when it starts.
     *
     * @param started called once with the time that intended starts count from, on the driver's clock, from the event loop: must
     *     return at once
     */
    LoadResult run(Schedule schedule, URI target, Duration requestTimeout, IntConsumer progress, LongConsumer started);

    @Override
    void close();
}
