package dev.vllmjunit;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.vllmjunit.bench.RunObserver;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.Schedule;
import dev.vllmjunit.workload.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** Which runs of a repeated test belong together. */
class RepeatedRunsTest {

    private static final Tokenizer WORDS =
            text -> Arrays.stream(text.split(" ")).mapToInt(String::hashCode).toArray();

    private final List<String> titles = new ArrayList<>();
    private final RepeatedRuns runs = new RepeatedRuns(new Titles());
    private final LongDocumentQa workload =
            longDocumentQa().documents(2).documentLength(64).repeat(1);

    @Test
    void theLastRepetitionGetsTheRunsOfTheSameCallPooled() {
        BenchmarkResult a1 = repetition(1, 2, CacheState.EMPTY, 100);
        BenchmarkResult b1 = call(CacheState.WARM, 10);
        BenchmarkResult a2 = repetition(2, 2, CacheState.EMPTY, 200);
        BenchmarkResult b2 = call(CacheState.WARM, 20);

        assertThat(List.of(a1, b1))
                .allMatch(Repetitions::isPreliminary)
                .allMatch(run -> run.requests().size() == 1);
        assertThat(List.of(a2, b2)).noneMatch(Repetitions::isPreliminary);
        assertThat(ttftMillis(a2)).containsExactly(100, 200);
        assertThat(ttftMillis(b2)).containsExactly(10, 20);
        assertThat(a2.runs().get(0)).isSameAs(a1);
    }

    @Test
    void outsideOfARepeatedTestARunStandsAlone() {
        BenchmarkResult run = call(CacheState.EMPTY, 100);

        assertThat(run.conditions().repetition()).isEmpty();
        assertThat(run.repetitions()).isEmpty();
        assertThat(titles).containsExactly("measuring");
    }

    @Test
    void aTestAfterTheRepeatedOneStartsAnew() {
        repetition(1, 2, CacheState.EMPTY, 1);
        runs.over();

        assertThat(call(CacheState.WARM, 1).conditions().repetition()).isEmpty();
        assertThat(repetition(1, 1, CacheState.WARM, 1).requests()).hasSize(1);
    }

    @Test
    void progressSaysTheRepetition() {
        repetition(1, 2, CacheState.EMPTY, 1);
        repetition(2, 2, CacheState.EMPTY, 1);

        assertThat(titles).containsExactly("repetition 1 of 2, measuring", "repetition 2 of 2, measuring");
    }

    @Test
    void refusesAnotherCacheStateOrWorkloadInTheSamePlace() {
        repetition(1, 3, CacheState.EMPTY, 1);

        refused(
                () -> repetition(2, 3, CacheState.WARM, 1),
                "call 1 of ServingStack.run in repetition 2 of 3 runs 2 documents x 64 tokens, 1 round, random, WARM, but"
                        + " in the first it ran 2 documents x 64 tokens, 1 round, random, EMPTY; a repeated test does the"
                        + " same in every repetition");
        refused(
                () -> {
                    runs.begin(new Repetition(2, 3));
                    call(workload.documents(1), CacheState.EMPTY, 1);
                },
                "call 1 of ServingStack.run in repetition 2 of 3 runs 1 document x 64 tokens, 1 round, random, EMPTY, but"
                        + " in the first it ran 2 documents x 64 tokens, 1 round, random, EMPTY; a repeated test does the"
                        + " same in every repetition");
    }

    @Test
    void refusesOtherRequestsUnderTheSameName() {
        repetition(1, 2, CacheState.EMPTY, 1);

        for (LongDocumentQa other : List.of(workload.seed(1), workload.outputTokens(3), workload.concurrency(2))) {
            refused(
                    () -> {
                        runs.begin(new Repetition(2, 2));
                        call(other, CacheState.EMPTY, 1);
                    },
                    "call 1 of ServingStack.run in repetition 2 of 2 runs 2 documents x 64 tokens, 1 round, random,"
                            + " EMPTY as in the first, but with other requests (seed, output tokens or arrivals); a"
                            + " repeated test does the same in every repetition");
        }
    }

    @Test
    void refusesMoreCallsOrFewer() {
        repetition(1, 2, CacheState.EMPTY, 1);
        call(CacheState.WARM, 1);
        runs.returned();
        repetition(2, 2, CacheState.EMPTY, 1);

        refused(
                runs::returned,
                "repetition 2 of 2 calls ServingStack.run 1 times, but the first called it 2 times; a repeated test does"
                        + " the same in every repetition");
        call(CacheState.WARM, 1);
        runs.returned();
        refused(
                () -> call(CacheState.EMPTY, 1),
                "repetition 2 of 2 calls ServingStack.run more often, but the first called it 2 times; a repeated test"
                        + " does the same in every repetition");
    }

    @Test
    void refusesASearchInARepeatedTestOnly() {
        assertThatNoException().isThrownBy(() -> runs.refuse("maxRateMeeting"));
        runs.begin(new Repetition(1, 1));
        assertThatNoException().isThrownBy(() -> runs.refuse("maxRateMeeting"));
        runs.begin(new Repetition(1, 2));
        refused(
                () -> runs.refuse("maxRateMeeting"),
                "maxRateMeeting is called in a test with @PerformanceTest(repetitions = 2), but which rates it runs depends on"
                        + " what it measures, so that its runs are no repetitions of each other; search in a test without"
                        + " repetitions, where every rate is judged by its own confidence interval");
    }

    private static void refused(Runnable act, String message) {
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(act::run)
                .withMessage("INVALID (NOT_COMPARABLE): " + message)
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(InvalidReason.NOT_COMPARABLE));
    }

    private BenchmarkResult repetition(int number, int of, CacheState state, double ttftMillis) {
        runs.begin(new Repetition(number, of));
        return call(state, ttftMillis);
    }

    private BenchmarkResult call(CacheState state, double ttftMillis) {
        return call(workload, state, ttftMillis);
    }

    /** As the session and its runner do. */
    private BenchmarkResult call(LongDocumentQa asked, CacheState state, double ttftMillis) {
        runs.calling(state);
        Schedule schedule = asked.plan("model", WORDS);
        runs.planned(schedule);
        runs.sending("measuring", schedule.requests().size());
        runs.sent();
        return runs.seen(
                runs.numbered(Results.cold().state(state).ttft(ttftMillis).build()));
    }

    private static double[] ttftMillis(BenchmarkResult result) {
        return Arrays.stream(result.nanos(Latency.TTFT))
                .map(nanos -> nanos / 1e6)
                .toArray();
    }

    private final class Titles implements RunObserver {

        @Override
        public void planned(Schedule schedule) {}

        @Override
        public IntConsumer sending(String title, int requests) {
            titles.add(title);
            return done -> {};
        }

        @Override
        public void sent() {}
    }
}
