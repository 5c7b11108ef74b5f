package dev.vllmjunit;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.vllmjunit.diagnosis.Diagnosed;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.workload.LongDocumentQa;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Tests that fail on the embedded stack carry the cause of it, and those that fail for nothing carry none. */
class DiagnosisIT {

    private final Path reports;

    DiagnosisIT(@TempDir Path reports) {
        this.reports = reports;
    }

    @Test
    void aPromptBeyondTheContext() {
        assertThat(diagnosis("beyondTheContext")).hasValueSatisfying(message -> assertThat(message)
                .startsWith("\nDiagnosis: request: a prompt is longer than the model's context as it is served"
                        + " (prompt-too-long, confidence high)\n    failure: "));
    }

    @Test
    void promptsThatFillNoChunk() {
        assertThat(diagnosis("belowAChunk"))
                .contains(
                        "\nDiagnosis: low hit rate: prompts are shorter than a chunk, and a part of a chunk is never stored"
                                + " (chunk-not-full, confidence high)\n"
                                + "    prefill vllm:request_prompt_tokens: mean 200, and a chunk has 256 tokens\n"
                                + "    Remedy: longer prompts, or a smaller `--chunk-size` of the LMCache server");
    }

    @Test
    void anExpectationThatNoHealthyRunMeetsHasNoCause() {
        assertThat(diagnosis("tooMuchAsked")).isEmpty();
    }

    private Optional<String> diagnosis(String test) {
        Throwable failure = EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(Failing.class, test, ServingStack.class))
                .configurationParameter("vllm.stack", "embedded")
                .configurationParameter("vllm.reports.dir", reports.toString())
                .execute()
                .testEvents()
                .failed()
                .stream()
                .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .findFirst()
                .orElseThrow();
        return Arrays.stream(failure.getSuppressed())
                .filter(Diagnosed.class::isInstance)
                .map(Throwable::getMessage)
                .findFirst();
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @S3Cache
    static class Failing {

        @PerformanceTest
        void beyondTheContext(ServingStack stack) {
            stack.run(documents(140_000), CacheState.EMPTY).requireValid();
        }

        @PerformanceTest
        void belowAChunk(ServingStack stack) {
            assertThat(stack.run(documents(200), CacheState.S3_ONLY))
                    .cacheHitRate()
                    .isAtLeast(Percentage.withPercentage(99));
        }

        @PerformanceTest
        void tooMuchAsked(ServingStack stack) {
            BenchmarkResult run = stack.run(documents(600), CacheState.S3_ONLY);
            assertThat(run).totalTime().isLessThan(Duration.ofNanos(1));
        }

        private static LongDocumentQa documents(int tokens) {
            return longDocumentQa()
                    .documents(2)
                    .documentLength(tokens)
                    .repeat(2)
                    .outputTokens(2)
                    .concurrency(1);
        }
    }
}
