package dev.vllmjunit.engine.tier;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Lets modelled time pass as real time: completes a future no earlier than a moment of {@link System#nanoTime()}. Thread-safe. */
final class ModelledTime implements AutoCloseable {

    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("cache-server-time", true));
    private final Set<Runnable> cancellations = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Completes on this clock's own thread, never before {@code readyNanos}; at once with a cancellation when closed. */
    CompletableFuture<Void> at(long readyNanos) {
        CompletableFuture<Void> moment = new CompletableFuture<>();
        Runnable cancellation =
                () -> moment.completeExceptionally(new CancellationException("the cache server was closed"));
        cancellations.add(cancellation);
        try {
            var unused = timer.schedule(
                    () -> {
                        cancellations.remove(cancellation);
                        moment.complete(null);
                    },
                    readyNanos - System.nanoTime(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            closed = true;
        }
        if (closed) {
            cancellation.run();
        }
        return moment;
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        cancellations.forEach(Runnable::run);
    }
}
