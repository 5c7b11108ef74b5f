package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.provision.RunningStack;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Watches a stack while something is done with it. Without a part that has died, the rest may wait for minutes, and then fails with
 * what is only a consequence: here the wait is interrupted at once, and the part's end is the reason that is told.
 */
final class Supervision {

    private static final Duration POLL = Duration.ofMillis(250);

    private final RunningStack stack;

    Supervision(RunningStack stack) {
        this.stack = stack;
    }

    /**
     * Does the work on the calling thread.
     *
     * @param failed whether a result looks as if a part had died
     * @throws InvalidRunException if a part has ended by the end of it
     */
    <T> T during(Supplier<T> work, Predicate<T> failed) {
        requireWhole(stack.outage());
        Watch watch = new Watch(Thread.currentThread());
        try {
            T result = work.get();
            watch.stop();
            requireWhole(failed.test(result) ? outageSoon() : stack.outage());
            return result;
        } catch (RuntimeException e) {
            watch.stop();
            requireWhole(outageSoon());
            throw e;
        } finally {
            watch.stop();
        }
    }

    private Optional<String> outageSoon() {
        if (stack.outageDelay().isZero()) {
            return stack.outage();
        }
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .timeout(stack.outageDelay())
                    .until(() -> stack.outage().isPresent());
        } catch (ConditionTimeoutException e) {
            return Optional.empty();
        }
        return stack.outage();
    }

    private static void requireWhole(Optional<String> outage) {
        outage.ifPresent(what -> {
            throw new InvalidRunException(InvalidReason.STACK_LOST, what);
        });
    }

    /** Interrupts a thread once, as soon as a part has ended. */
    private final class Watch {

        private final Thread waiting;
        private final Thread thread = new Thread(this::watch, "vllm-stack-watch");
        private boolean stopped;
        private boolean interrupted;

        Watch(Thread waiting) {
            this.waiting = waiting;
            thread.setDaemon(true);
            thread.start();
        }

        private synchronized void watch() {
            try {
                while (!stopped && !interrupted) {
                    if (stack.outage().isPresent()) {
                        interrupted = true;
                        waiting.interrupt();
                    } else {
                        wait(POLL.toMillis());
                    }
                }
            } catch (InterruptedException e) {
                thread.interrupt();
            }
        }

        /** Afterwards the thread is interrupted only if somebody else did it. */
        synchronized void stop() {
            if (!stopped) {
                stopped = true;
                notifyAll();
                if (interrupted) {
                    Thread.interrupted();
                }
            }
        }
    }
}
