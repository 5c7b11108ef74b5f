package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static dev.vllmjunit.assertion.PerformanceAssertions.then;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Results;
import java.time.Duration;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.opentest4j.MultipleFailuresError;

class SoftAssertionsTest {

    private final BenchmarkResult cold = Results.cold().build();

    @Test
    void collectEveryFailure() {
        PerformanceSoftAssertions softly = new PerformanceSoftAssertions();

        softly.assertThat(cold).computeSavings().isAtLeast(percent(60)).isLessThan(percent(0));
        softly.assertThat(cold).timeToFirstToken().mean().isLessThan(Duration.ofSeconds(1));
        softly.then(cold).as("described").cacheHitRate().isAtLeast(percent(60));
        softly.assertThat(cold).isNull();
        softly.assertThat(cold).totalTime().isLessThan(Duration.ofHours(1));
        softly.assertThat(1).isEqualTo(2);

        assertThat(softly.errorsCollected()).hasSize(6);
        assertThat(softly.errorsCollected().subList(0, 2))
                .allSatisfy(error -> assertThat(error).hasMessageStartingWith("\nExpecting compute savings:"));
        assertThat(softly.errorsCollected().get(2)).hasMessageStartingWith("\nExpecting mean time to first token:");
        assertThat(softly.errorsCollected().get(3)).hasMessageStartingWith("[described] \n");
        assertThat(softly.wasSuccess()).isFalse();
    }

    @Test
    void passWhenAllHold() {
        PerformanceSoftAssertions.assertSoftly(
                softly -> softly.assertThat(cold).computeSavings().isAtMost(percent(0)));
    }

    @Test
    void failWithAllThatDidNotHold() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> PerformanceSoftAssertions.assertSoftly(softly -> {
                    softly.assertThat(cold).computeSavings().isAtLeast(percent(60));
                    softly.assertThat(cold).cacheHitRate().isAtLeast(percent(60));
                }))
                .withMessageContainingAll("(2 failures)", "Expecting compute savings:", "Expecting cache hit rate");
    }

    @Test
    void letInvalidThrough() {
        BenchmarkResult untrusted = Results.cold()
                .problem(InvalidReason.CLIENT_TOO_SLOW, "sent 5 s late")
                .build();

        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> PerformanceSoftAssertions.assertSoftly(softly -> {
                    softly.assertThat(cold).computeSavings().isAtMost(percent(0));
                    softly.assertThat(untrusted).computeSavings().isAtLeast(percent(60));
                }))
                .withMessageStartingWith("INVALID (CLIENT_TOO_SLOW): sent 5 s late");
    }

    @Test
    void keepWhatFailedBeforeAnInvalid() {
        BenchmarkResult untrusted = Results.cold()
                .problem(InvalidReason.CLIENT_TOO_SLOW, "sent 5 s late")
                .build();

        assertThatExceptionOfType(MultipleFailuresError.class)
                .isThrownBy(() -> PerformanceSoftAssertions.assertSoftly(softly -> {
                    softly.assertThat(cold).computeSavings().isAtLeast(percent(60));
                    softly.assertThat(untrusted).computeSavings().isAtLeast(percent(60));
                }))
                .withMessageContainingAll(
                        "(2 failures)", "Expecting compute savings:", "INVALID (CLIENT_TOO_SLOW): sent 5 s late");
    }

    @Test
    void worksWithAssertJsOwnSoftAssertions() {
        BenchmarkResult untrusted = Results.cold()
                .problem(InvalidReason.CLIENT_TOO_SLOW, "sent 5 s late")
                .build();
        SoftAssertions softly = new SoftAssertions();

        softly.check(() -> then(cold).computeSavings().isAtLeast(percent(60)));

        assertThat(softly.errorsCollected()).hasSize(1);
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() ->
                        softly.check(() -> then(untrusted).computeSavings().isAtLeast(percent(60))));
    }
}
