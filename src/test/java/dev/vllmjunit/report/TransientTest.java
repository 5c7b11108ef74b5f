package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TransientTest {

    @Test
    void firstRequestsThatDifferAreAWarmUp() {
        BenchmarkResult result = run(i -> i < 20 ? 400 + i % 3 : 100 + i % 3);

        assertThat(Transient.requests(result)).isEqualTo(20);
        assertThat(RunFigures.of(result).warmUpRequests()).isEqualTo(20);
        assertThat(RunTables.of(RunFigures.of(result)).get(0).text())
                .contains("the first 20 requests differ from the rest");
    }

    @Test
    void aSteadyRunHasNone() {
        assertThat(Transient.requests(run(i -> 100 + i % 7))).isZero();
    }

    /** Ten documents in turn: the first ten requests miss, as they do in every cold run. */
    @Test
    void missesBeforeHitsAreNone() {
        BenchmarkResult result = Results.cold()
                .documents(10)
                .ttft(IntStream.range(0, 100)
                        .mapToDouble(i -> i < 10 ? 900 + i % 7 : 100 + i % 7)
                        .toArray())
                .build();

        assertThat(Transient.requests(result)).isZero();
    }

    @Test
    void runsTogetherHaveNoOneStart() {
        BenchmarkResult result = run(i -> i < 20 ? 400 + i % 3 : 100 + i % 3);

        assertThat(Transient.requests(Repetitions.pool(List.of(result, result))))
                .isZero();
    }

    private static BenchmarkResult run(IntToDoubleFunction millis) {
        return Results.cold()
                .ttft(IntStream.range(0, 100).mapToDouble(millis).toArray())
                .build();
    }
}
