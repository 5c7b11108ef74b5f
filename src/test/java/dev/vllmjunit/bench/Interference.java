package dev.vllmjunit.bench;

import dev.vllmjunit.workload.Schedule;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/** Does something to a stack in the course of its next measurement; told nothing, it does nothing. */
final class Interference implements RunObserver {

    private final Deque<Runnable> planned = new ArrayDeque<>();
    private final Deque<Runnable> first = new ArrayDeque<>();
    private final Deque<Runnable> afterwards = new ArrayDeque<>();
    private String latest = "";

    /** When the run is planned and its cache state is about to be brought about. */
    void beforeCachesAreSet(Runnable action) {
        planned.add(action);
    }

    /** When the caches are ready and nothing of the measurement was sent. */
    void beforeMeasuring(Runnable action) {
        first.add(action);
    }

    /** When the next measured request has ended: told twice, after the first and after the second. None is sent until it is over. */
    void afterAnAnswer(Runnable action) {
        afterwards.add(action);
    }

    @Override
    public void planned(Schedule schedule) {
        runNext(planned);
    }

    @Override
    public IntConsumer sending(String title, int requests) {
        latest = title + ": " + requests;
        if (!title.startsWith("measuring")) {
            return done -> {};
        }
        runNext(first);
        return done -> runNext(afterwards);
    }

    /** What was sent last, and how many requests of it. */
    String latest() {
        return latest;
    }

    @Override
    public void sent() {}

    private static void runNext(Deque<Runnable> actions) {
        if (!actions.isEmpty()) {
            actions.pop().run();
        }
    }
}
