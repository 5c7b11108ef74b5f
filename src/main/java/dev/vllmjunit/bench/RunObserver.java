package dev.vllmjunit.bench;

import dev.vllmjunit.workload.Schedule;
import java.util.function.IntConsumer;

/** Told what a run is doing, in order, on the thread that called {@link BenchmarkRunner#run}. */
public interface RunObserver {

    /** The schedule is decided; nothing was sent yet. */
    void planned(Schedule schedule);

    /**
     * Requests are about to be sent.
     *
     * @param title what for: {@code measuring …}, {@code filling …}, {@code comparing …}
     * @param requests how many
     * @return told the number of finished requests from any thread: must return at once
     */
    IntConsumer sending(String title, int requests);

    /** The last of them was answered. */
    void sent();
}
