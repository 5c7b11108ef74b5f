package dev.vllmjunit.engine.core;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Work that other threads hand to the engine's thread. Thread-safe. */
final class Mailbox {

    private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Thread reader;

    void readBy(Thread engine) {
        reader = engine;
    }

    void post(Runnable item) {
        work.add(item);
        LockSupport.unpark(reader);
    }

    /** Runs what has been posted, in order, on the calling thread. */
    void drain() {
        for (Runnable item = work.poll(); item != null; item = work.poll()) {
            item.run();
        }
    }

    boolean isEmpty() {
        return work.isEmpty();
    }
}
