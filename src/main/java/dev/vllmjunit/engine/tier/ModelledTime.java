package dev.vllmjunit.engine.tier;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Lets modelled time pass as real time: completes a future no earlier than a moment of {@link System#nanoTime()}. Thread-safe. */
final class ModelledTime implements AutoCloseable {

    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("cache-server-time", true));
    private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Completes on this clock's own thread, never before {@code readyNanos}; at once with a cancellation when closed. */
    CompletableFuture<Void> at(long readyNanos) {
        CompletableFuture<Void> moment = new CompletableFuture<>();
        waiting.add(moment);
        try {
            timer.schedule(() -> pass(moment), readyNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.RejectedExecutionException e) {
            closed = true;
        }
        if (closed) {
            cancel(moment);
        }
        return moment;
    }

    private void pass(CompletableFuture<Void> moment) {
        waiting.remove(moment);
        moment.complete(null);
    }

    private void cancel(CompletableFuture<?> moment) {
        waiting.remove(moment);
        moment.completeExceptionally(new CancellationException("the cache server was closed"));
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        waiting.forEach(this::cancel);
    }
}
