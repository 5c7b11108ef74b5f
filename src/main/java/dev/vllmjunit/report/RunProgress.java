package dev.vllmjunit.report;

import java.util.function.IntConsumer;

/** One run's progress: takes the number of finished requests, from any thread, and returns at once. */
public interface RunProgress extends IntConsumer, AutoCloseable {

    /** The run is over. */
    @Override
    void close();
}
