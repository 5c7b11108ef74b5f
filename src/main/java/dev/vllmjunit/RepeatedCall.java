package dev.vllmjunit;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One call of {@link ServingStack#run} in the body of a repeated test, with its run in each repetition so far. */
final class RepeatedCall {

    static final String SAME = "; a repeated test does the same in every repetition";

    private final int number;
    private final List<BenchmarkResult> runs = new ArrayList<>();
    private @Nullable CacheState state;
    private @Nullable CacheState firstState;
    private @Nullable Schedule firstSchedule;

    /** The so many'th call, from 1. */
    RepeatedCall(int number) {
        this.number = number;
    }

    void asks(CacheState asked) {
        state = asked;
    }

    /**
     * What will be sent is decided.
     *
     * @throws InvalidRunException if that is something else than in the first repetition
     */
    void plans(Schedule schedule, Repetition repetition) {
        if (firstSchedule == null) {
            firstSchedule = schedule;
            firstState = state;
            return;
        }
        if (state != firstState || !schedule.name().equals(firstSchedule.name())) {
            throw differs(
                    repetition,
                    "runs " + schedule.name() + ", " + state + ", but in the first it ran " + firstSchedule.name()
                            + ", " + firstState);
        }
        if (!sendTheSame(schedule, firstSchedule)) {
            throw differs(
                    repetition,
                    "runs " + schedule.name() + ", " + state + " as in the first, but with other requests (seed,"
                            + " output tokens or arrivals)");
        }
    }

    /** Adds this repetition's run and returns what the test gets. */
    BenchmarkResult add(BenchmarkResult run, Repetition repetition) {
        runs.add(run);
        return repetition.isLast() ? Repetitions.pool(runs) : run;
    }

    private InvalidRunException differs(Repetition repetition, String how) {
        return new InvalidRunException(
                InvalidReason.NOT_COMPARABLE,
                "call " + number + " of ServingStack.run in " + repetition.describe() + " " + how + SAME);
    }

    private static boolean sendTheSame(Schedule one, Schedule other) {
        List<PlannedRequest> requests = one.requests();
        return one.arrivals().equals(other.arrivals())
                && requests.size() == other.requests().size()
                && IntStream.range(0, requests.size())
                        .allMatch(i ->
                                areTheSame(requests.get(i), other.requests().get(i)));
    }

    private static boolean areTheSame(PlannedRequest one, PlannedRequest other) {
        return one.intendedStart().equals(other.intendedStart()) && Arrays.equals(one.body(), other.body());
    }
}
