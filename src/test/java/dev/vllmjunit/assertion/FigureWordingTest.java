package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.evidence.Tier;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How an assertion that fails names its figure. */
class FigureWordingTest {

    private static final String COLD = Conditions.COLD;

    private final BenchmarkResult cold = Results.cold().build();

    @Test
    void describesItselfAsAsked() {
        assertThat(catchThrowable(
                        () -> assertThat(cold).as("run %d", 7).computeSavings().isAtLeast(percent(60))))
                .hasMessageStartingWith("[run 7] \nExpecting compute savings:\n  0 %\n");
        assertThat(catchThrowable(() ->
                        assertThat(cold).cacheHitRate().as("S3").from(Tier.S3).isAtLeast(percent(60))))
                .hasMessageStartingWith("[S3] \nExpecting cache hit rate");
        assertThat(catchThrowable(() -> assertThat(cold)
                        .computeSavings()
                        .withFailMessage("no savings")
                        .isAtLeast(percent(60))))
                .hasMessage("no savings");
    }

    @Test
    void doesNotSayModelledOfWhatWasMeasured() {
        assertThat(catchThrowable(
                        () -> assertThat(Results.cold().stack("attach", false).build())
                                .totalTime()
                                .isLessThan(Duration.ofSeconds(1))))
                .message()
                .startsWith("\nExpecting total time:\n  69 s\nto be less than:\n  1 s\n")
                .doesNotContain("modelled");
    }

    @Test
    void writesTimesInTheUnitThatFitsThem() {
        BenchmarkResult swift = Results.cold().ttft(0.05, 0.05).build();

        assertThat(catchThrowable(
                        () -> assertThat(swift).timeToFirstToken().mean().isAtLeast(Duration.ofNanos(100_000))))
                .hasMessage(
                        """

                        Expecting mean time to first token:
                          50 µs (modelled)
                        to be at least:
                          0.1 ms
                        but it is 50 µs less
                          95 % interval: 50 µs to 50 µs (modelled), bootstrap over 2 documents
                          samples: 2 requests"""
                                + COLD);
    }
}
