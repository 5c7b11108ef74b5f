package dev.vllmjunit.router;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A deadline that can be moved. Moving it later costs a field write; the timer finds out when it fires. Thread-safe.
 */
final class Watchdog {

    private final EventLoop loop;
    private final Supplier<? extends Throwable> error;
    private @Nullable MonoSink<Void> sink;
    private @Nullable Future<?> timer;
    private long deadlineNanos;
    private long timerNanos;
    private boolean stopped;

    Watchdog(EventLoop loop, long deadlineNanos, Supplier<? extends Throwable> error) {
        this.loop = loop;
        this.error = error;
        this.deadlineNanos = deadlineNanos;
    }

    /** Never completes; fails with the error when the deadline has passed. For one subscriber, who stops it by cancelling. */
    Mono<Void> expiry() {
        return Mono.create(subscriber -> {
            subscriber.onDispose(this::stop);
            start(subscriber);
        });
    }

    /** Sets a new deadline. */
    synchronized void move(long newDeadlineNanos) {
        deadlineNanos = newDeadlineNanos;
        if (timer != null && newDeadlineNanos - timerNanos < 0) {
            timer.cancel(false);
            arm();
        }
    }

    /** Takes the deadline away. */
    synchronized void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private synchronized void start(MonoSink<Void> subscriber) {
        sink = subscriber;
        arm();
    }

    private synchronized void arm() {
        if (!stopped) {
            timerNanos = deadlineNanos;
            timer = loop.schedule(this::check, deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void check() {
        MonoSink<Void> expired = expiredOrRearmed();
        if (expired != null) {
            expired.error(error.get());
        }
    }

    private synchronized @Nullable MonoSink<Void> expiredOrRearmed() {
        if (!stopped && deadlineNanos - System.nanoTime() <= 0) {
            return sink;
        }
        arm();
        return null;
    }
}
