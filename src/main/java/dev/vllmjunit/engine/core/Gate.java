package dev.vllmjunit.engine.core;

import java.util.concurrent.CountDownLatch;

/** Lets threads pass unless it is shut: what {@code SIGSTOP} does to a process, for the threads of one node. Thread-safe. */
public final class Gate {

    private volatile CountDownLatch open = new CountDownLatch(0);

    /** Those who come from now on wait. */
    public synchronized void shut() {
        if (open.getCount() == 0) {
            open = new CountDownLatch(1);
        }
    }

    /** Those who wait go on. Harmless where it is open. */
    public void open() {
        open.countDown();
    }

    /** Waits while it is shut; an interrupt opens it for the thread, which stays interrupted. */
    public void pass() {
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
