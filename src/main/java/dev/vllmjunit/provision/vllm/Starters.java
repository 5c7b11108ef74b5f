package dev.vllmjunit.provision.vllm;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.StartedParts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Starts parts side by side. The first that fails decides the message, and ends the others at once. */
public final class Starters implements AutoCloseable {

    private final StartedParts parts;
    private final ExecutorService threads = Executors.newCachedThreadPool(Starters::thread);
    private final List<CompletableFuture<?>> starting = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

    /** Whose parts end with the first failure. */
    public Starters(StartedParts parts) {
        this.parts = parts;
    }

    /** Starts a part; what it returns is there after {@link #join}. */
    public <T> Supplier<T> run(Supplier<T> part) {
        CompletableFuture<T> future =
                CompletableFuture.supplyAsync(part, threads).whenComplete((started, failure) -> ended(failure));
        starting.add(future);
        return future::join;
    }

    private void ended(@Nullable Throwable failure) {
        if (failure != null && firstFailure.compareAndSet(null, failure)) {
            parts.close();
        }
    }

    /**
     * Waits for all of them.
     *
     * @throws ProvisionException the first failure
     */
    public void join() {
        CompletableFuture.allOf(starting.toArray(new CompletableFuture<?>[0]))
                .exceptionally(failure -> null)
                .join();
        Throwable failure = firstFailure.get();
        if (failure != null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            throw cause instanceof ProvisionException known
                    ? known
                    : new ProvisionException("a part of the stack did not start: " + cause.getMessage(), cause);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "stack-starter");
        thread.setDaemon(true);
        return thread;
    }
}
