package dev.vllmjunit.faults;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.Injection;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.faults.During.Step;
import dev.vllmjunit.topology.Figures;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One run with what is done to its stack in the course of it, on a thread of its own. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is kept, and thrown at the end
public final class InjectedRun implements AutoCloseable {

    /** A step may restart a node, whose own deadline is much shorter. */
    private static final long LONGEST_STEP_MINUTES = 30;

    private final Faults faults;
    private final During during;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("vllm-faults", true));
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final List<Injection> before = new ArrayList<>();
    private volatile int stepsBegun;

    /** Does nothing yet. */
    public InjectedRun(Faults faults, During during) {
        this.faults = faults;
        this.during = during;
    }

    /**
     * What came of it.
     *
     * @param injections what was in force at the start, then what was done while requests were under way
     * @param problem why the run is not the one that was asked for
     * @param damaged whether cache objects were damaged, so that what has loaded them must be dropped
     */
    public record Outcome(List<Injection> injections, Optional<Problem> problem, boolean damaged) {}

    /** The first request is due. Returns at once. */
    public void started(long startNanos) {
        faults.take();
        before.addAll(faults.inForce(startNanos - 1));
        for (Step step : during.steps()) {
            long due = startNanos + step.at().toNanos() - System.nanoTime();
            thread.schedule(() -> perform(step), due, TimeUnit.NANOSECONDS);
        }
    }

    private void perform(Step step) {
        stepsBegun++;
        try {
            step.action().accept(faults);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            thread.shutdownNow();
        }
    }

    /**
     * The last request has ended: waits for a step that is being done, leaves out those to come, and undoes all if there were any.
     *
     * @throws RuntimeException as a step threw it
     */
    public Outcome over() {
        stop();
        List<Injection> injections = new ArrayList<>(before);
        injections.addAll(faults.take());
        if (!during.steps().isEmpty()) {
            faults.undo();
            faults.take();
        }
        RuntimeException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
        return new Outcome(List.copyOf(injections), leftOut(), faults.takeDamage());
    }

    private void stop() {
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.shutdown();
        try {
            thread.awaitTermination(LONGEST_STEP_MINUTES, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread, also of a run that came to no end. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    private Optional<Problem> leftOut() {
        int left = during.steps().size() - stepsBegun;
        return left == 0
                ? Optional.empty()
                : Optional.of(new Problem(
                        InvalidReason.NOT_OBSERVABLE,
                        "all requests had ended before " + left + " of "
                                + during.steps().size()
                                + " steps of the faults on purpose were due, the first of them after "
                                + Figures.seconds(
                                        during.steps().get(stepsBegun).at().toNanos() / 1e9)
                                + "; send requests for longer"));
    }
}
