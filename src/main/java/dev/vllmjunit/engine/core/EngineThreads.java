package dev.vllmjunit.engine.core;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** All threads of one engine: daemons whose names begin with {@code vllm-} and the node's name. */
final class EngineThreads implements AutoCloseable {

    /** Transfers share one link, so more at once would not make it faster. */
    private static final int PULLS = 8;

    private static final long CLOSE_SECONDS = 5;

    private final String prefix;
    private final ExecutorService pulling;
    private final ExecutorService storing;
    private final ExecutorService serving;

    EngineThreads(String nodeName) {
        prefix = "vllm-" + nodeName + "-";
        pulling = Executors.newFixedThreadPool(PULLS, named("kv-pull"));
        storing = Executors.newSingleThreadExecutor(named("kv-store"));
        serving = Executors.newCachedThreadPool(named("side-channel"));
    }

    /** The engine's own thread, not started. */
    Thread engine(Runnable loop) {
        return daemon(loop, prefix + "engine");
    }

    /** Runs pulls and messages to prefill nodes. */
    ExecutorService pulling() {
        return pulling;
    }

    /** Runs stores into the KV cache server, one after the other. */
    ExecutorService storing() {
        return storing;
    }

    /** Runs the side channel's connections. */
    ExecutorService serving() {
        return serving;
    }

    /** Interrupts whatever runs and waits a bounded time for it to end. */
    @Override
    public void close() {
        pulling.shutdownNow();
        storing.shutdownNow();
        serving.shutdownNow();
        await(pulling);
        await(storing);
        await(serving);
    }

    private static void await(ExecutorService ending) {
        try {
            ending.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ThreadFactory named(String what) {
        AtomicInteger number = new AtomicInteger();
        return task -> daemon(task, prefix + what + "-" + number.getAndIncrement());
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
