package dev.vllmjunit;

import dev.vllmjunit.bench.RunObserver;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.workload.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The runs of the test that is repeated. Every repetition calls {@link ServingStack#run} equally often and for the same things: the
 * runs of the k-th calls belong together. Outside of a repeated test runs stand alone.
 */
final class RepeatedRuns implements RunObserver {

    private final RunObserver observer;
    private final List<RepeatedCall> calls = new ArrayList<>();
    private Optional<Repetition> current = Optional.empty();
    private int made;

    /** Passes on what a run is doing, with the repetition it is of. */
    RepeatedRuns(RunObserver observer) {
        this.observer = observer;
    }

    void begin(Repetition repetition) {
        current = Optional.of(repetition);
        made = 0;
    }

    /**
     * The repetition's body has returned.
     *
     * @throws InvalidRunException if it made fewer calls than the first
     */
    void returned() {
        if (made < calls.size()) {
            throw otherNumber(made + " times");
        }
    }

    /** The test is over, whatever its end. */
    void over() {
        current = Optional.empty();
        calls.clear();
    }

    /**
     * A run is asked for.
     *
     * @throws InvalidRunException if the first repetition made fewer calls
     */
    void calling(CacheState state) {
        current.ifPresent(repetition -> {
            made++;
            if (repetition.number() == 1) {
                calls.add(new RepeatedCall(made));
            } else if (made > calls.size()) {
                throw otherNumber("more often");
            }
            calls.get(made - 1).asks(state);
        });
    }

    /**
     * A search is asked for.
     *
     * @throws InvalidRunException in a repeated test: each repetition would run what its own measurements lead it to
     */
    void refuse(String search) {
        current.filter(repetition -> repetition.of() > 1).ifPresent(repetition -> {
            throw new InvalidRunException(
                    InvalidReason.NOT_COMPARABLE,
                    search + " is called in a test with @PerformanceTest(repetitions = " + repetition.of()
                            + "), but which rates it runs depends on what it measures, so that its runs are no repetitions"
                            + " of each other; search in a test without repetitions, where every rate is judged by its own"
                            + " confidence interval");
        });
    }

    @Override
    public void planned(Schedule schedule) {
        current.ifPresent(repetition -> calls.get(made - 1).plans(schedule, repetition));
        observer.planned(schedule);
    }

    @Override
    public IntConsumer sending(String title, int requests) {
        return observer.sending(
                current.map(repetition -> repetition.describe() + ", ").orElse("") + title, requests);
    }

    @Override
    public void sent() {
        observer.sent();
    }

    /** The run with its repetition's number. */
    BenchmarkResult numbered(BenchmarkResult run) {
        return current.map(repetition -> Repetitions.numbered(run, repetition)).orElse(run);
    }

    /** What the test gets for a run: in the last repetition the runs of all of them, pooled. */
    BenchmarkResult seen(BenchmarkResult run) {
        return current.map(repetition -> calls.get(made - 1).add(run, repetition))
                .orElse(run);
    }

    private InvalidRunException otherNumber(String often) {
        return new InvalidRunException(
                InvalidReason.NOT_COMPARABLE,
                current.map(Repetition::describe).orElse("a test") + " calls ServingStack.run " + often
                        + ", but the first called it " + calls.size() + " times" + RepeatedCall.SAME);
    }
}
