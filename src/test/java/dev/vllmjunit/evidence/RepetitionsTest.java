package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RepetitionsTest {

    private final BenchmarkResult first = Results.cold().ttft(100, 200).build();
    private final BenchmarkResult second = Results.cold().ttft(300, 400).build();

    @Test
    void addsUpWhatAddsUp() {
        BenchmarkResult pooled = Repetitions.pool(List.of(first, second));

        assertThat(pooled.duration()).isEqualTo(first.duration().plus(second.duration()));
        assertThat(pooled.requests()).hasSize(4);
        assertThat(pooled.nanos(Latency.TTFT)).containsExactly(100e6, 200e6, 300e6, 400e6);
        assertThat(pooled.tokens().prompt()).isEqualTo(2 * first.tokens().prompt());
        assertThat(pooled.transfers().bytes()).isEqualTo(2 * first.transfers().bytes());
        assertThat(pooled.runs()).containsExactly(first, second);
        assertThat(pooled.conditions().facts()).containsEntry("repetitions", "2");
    }

    @Test
    void leavesASingleRunAsItIs() {
        assertThat(Repetitions.pool(List.of(first))).isSameAs(first);
        assertThat(first.runs()).containsExactly(first);
    }

    @Test
    void poolsNumberedRunsToOneThatStandsForAll() {
        BenchmarkResult pooled = Repetitions.pool(List.of(
                Repetitions.numbered(first, new Repetition(1, 2)), Repetitions.numbered(second, new Repetition(2, 2))));

        assertThat(pooled.conditions().repetition()).isEmpty();
        assertThat(pooled.runs())
                .extracting(run -> run.conditions().describe())
                .containsExactly(
                        first.conditions().describe() + ", repetition 1 of 2",
                        second.conditions().describe() + ", repetition 2 of 2");
    }

    @Test
    void everyRunButTheLastRepetitionsIsPreliminary() {
        assertThat(Repetitions.isPreliminary(Repetitions.numbered(first, new Repetition(1, 2))))
                .isTrue();
        assertThat(Repetitions.isPreliminary(Repetitions.numbered(first, new Repetition(2, 2))))
                .isFalse();
        assertThat(Repetitions.isPreliminary(first)).isFalse();
        assertThat(Repetitions.isPreliminary(Repetitions.pool(List.of(first, second))))
                .isFalse();
    }

    @Test
    void aRepetitionIsOneOfThoseThatThereAre() {
        assertThatThrownBy(() -> new Repetition(3, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no repetition 3 of 2; they count from 1 to their number");
        assertThatThrownBy(() -> new Repetition(0, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isInvalidWhereOneRunIs() {
        BenchmarkResult late = Results.cold()
                .ttft(1)
                .problem(InvalidReason.CLIENT_TOO_SLOW, "late")
                .build();

        assertThat(Repetitions.pool(List.of(first, late)).problems())
                .containsExactly(new BenchmarkResult.Problem(InvalidReason.CLIENT_TOO_SLOW, "repetition 2: late"));
    }

    @Test
    void refusesRunsUnderOtherConditions() {
        BenchmarkResult warm = Results.cold().ttft(1).state(CacheState.WARM).build();

        assertThatThrownBy(() -> Repetitions.pool(List.of(first, warm)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "only runs under the same conditions are repetitions of each other, but one is: ");
        assertThatThrownBy(() -> Repetitions.pool(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no run to pool; give one or more");
    }
}
