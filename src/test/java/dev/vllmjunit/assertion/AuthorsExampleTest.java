package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.TIMES;
import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static dev.vllmjunit.assertion.PerformanceAssertions.tokensPerSecond;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.evidence.Tier;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a test author writes, beside AssertJ's own assertions. */
class AuthorsExampleTest {

    private final BenchmarkResult cold = Results.cold().build();
    private final BenchmarkResult warm = Results.warm().build();

    @Test
    void readsAsTheReadmeSays() {
        assertThat(warm).timeToFirstToken().mean().isAtLeast(2, TIMES).fasterThan(cold);
        assertThat(warm).cacheHitRate().isBetween(percent(60), percent(100));
        assertThat(warm).computeSavings().isAtLeast(percent(60));
        assertThat(warm.requests()).hasSize(30);
    }

    @Test
    void goesBackToTheResult() {
        assertThat(warm)
                .as("warm run")
                .timeToFirstToken()
                .p50()
                .isLessThan(Duration.ofSeconds(1))
                .and()
                .throughput()
                .isGreaterThan(tokensPerSecond(10))
                .isHigherThan(cold)
                .and()
                .cacheHitRate()
                .from(Tier.S3)
                .isCloseTo(percent(30), percent(1))
                .and()
                .transfer()
                .bytes()
                .isBetween(30L * 20_000 * 327_680, 30L * 20_000 * 327_680);
    }
}
