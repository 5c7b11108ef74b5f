package dev.vllmjunit.engine.tier;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Starts asynchronous calls, no more than so many at a time, in order; a call's deadline thus runs from when it is really sent. */
final class Limiter {

    private final int limit;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger drains = new AtomicInteger();

    Limiter(int limit) {
        this.limit = limit;
    }

    <T extends @Nullable Object> CompletableFuture<T> submit(Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        waiting.add(() -> start(call, result));
        drain();
        return result;
    }

    private <T extends @Nullable Object> void start(Supplier<CompletableFuture<T>> call, CompletableFuture<T> result) {
        CompletableFuture<T> started;
        try {
            started = call.get();
        } catch (RuntimeException e) {
            started = CompletableFuture.failedFuture(e);
        }
        var unused = started.whenComplete((value, failure) -> {
            running.decrementAndGet();
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
            drain();
        });
    }

    /** One thread drains; a call that ends meanwhile, perhaps at once and below this very frame, makes it go round again. */
    private void drain() {
        if (drains.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            startWaiting();
            seen = drains.addAndGet(-seen);
        } while (seen != 0);
    }

    private void startWaiting() {
        while (running.get() < limit) {
            Runnable next = waiting.poll();
            if (next == null) {
                return;
            }
            running.incrementAndGet();
            next.run();
        }
    }
}
