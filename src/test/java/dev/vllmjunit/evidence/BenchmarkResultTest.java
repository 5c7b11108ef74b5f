package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.load.RequestRecord;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BenchmarkResultTest {

    /** Two requests of 16 tokens each, in 2 x (100 ms + 15 x 20 ms). */
    private final BenchmarkResult answered = Results.cold().ttft(100, 100).build();

    @Test
    void throughputIsOutputTokensPerSecondOfTheWholeRun() {
        assertThat(answered.throughput()).isCloseTo(32 / 0.8, within(1e-9));
    }

    @Test
    void tokensOfARequestThatFailedAreNoThroughput() {
        BenchmarkResult half = secondCutShort();

        assertThat(half.succeeded()).hasSize(1);
        assertThat(half.throughput()).isCloseTo(16 / 0.8, within(1e-9));
    }

    @ParameterizedTest
    @EnumSource(Latency.class)
    void aRequestThatFailedHasNoLatency(Latency latency) {
        assertThat(secondCutShort().nanos(latency)).hasSize(latency == Latency.ITL ? 15 : 1);
    }

    @Test
    void onlyARunWithoutProblemsIsValid() {
        BenchmarkResult doubtful = Results.cold()
                .problem(InvalidReason.SOURCES_DISAGREE, "9 is not 10")
                .build();

        assertThat(answered.requireValid()).isSameAs(answered);
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(doubtful::requireValid)
                .withMessage("INVALID (SOURCES_DISAGREE): 9 is not 10\n  measured under: "
                        + doubtful.conditions().describe());
    }

    private BenchmarkResult secondCutShort() {
        RequestRecord second = answered.requests().get(1);
        RequestRecord cut = new RequestRecord(
                1,
                second.documentId(),
                second.requestId(),
                second.intendedNanos(),
                second.sentNanos(),
                second.tokenNanos(),
                second.endNanos(),
                7,
                second.promptTokens(),
                "cut",
                Optional.of("stop"),
                Optional.of("7 output tokens came, but 16 were asked for"));
        return new BenchmarkResult(
                answered.conditions(),
                answered.duration(),
                List.of(answered.requests().get(0), cut),
                answered.hops(),
                answered.tokens(),
                answered.transfers(),
                answered.metrics(),
                List.of());
    }
}
