package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vllmjunit.evidence.Results;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyAssertTest {

    /** Of 400 squares, so that every statistic has a value of its own. */
    @ParameterizedTest
    @CsvSource({
        "mean, mean, 535 ms",
        "p50, p50, 402 ms",
        "p90, p90, 1.3 s",
        "p95, p95, 1.44 s",
        "p99, p99, 1.57 s",
        "max, maximum, 1.6 s"
    })
    void readsTheStatisticItIsNamedAfter(String statistic, String name, String value) {
        double[] squares =
                IntStream.rangeClosed(1, 400).mapToDouble(i -> i * i / 100.0).toArray();
        LatencyAssert ttft = assertThat(Results.cold().ttft(squares).build()).timeToFirstToken();

        assertThat(catchThrowable(() -> statistic(ttft, statistic).isEqualTo(Duration.ZERO)))
                .hasMessageStartingWith("\nExpecting " + name + " time to first token:\n  " + value + " (modelled)\n");
    }

    private static TimeAssert statistic(LatencyAssert latency, String name) {
        return switch (name) {
            case "mean" -> latency.mean();
            case "p50" -> latency.p50();
            case "p90" -> latency.p90();
            case "p95" -> latency.p95();
            case "p99" -> latency.p99();
            default -> latency.max();
        };
    }
}
