package dev.vllmjunit;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.baseline;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedSuccessfully;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.history.Measure;
import dev.vllmjunit.workload.LongDocumentQa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Night after night on the embedded stack, judged by a counter: how fast this machine is decides nothing here. */
class HistoryIT {

    private final Path directory;

    HistoryIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void aResultIsComparedWithThoseOfEarlierNights() throws IOException {
        execute(FiveNights.class).assertThatEvents().haveExactly(1, event(finishedSuccessfully()));
        execute(OneMoreNight.class).assertThatEvents().haveExactly(1, event(finishedSuccessfully()));

        assertThat(folders()).hasSize(1).first().asString().contains("1-document-x-600-tokens-1-round-random-empty-");
        try (Stream<Path> files = Files.list(folders().get(0))) {
            assertThat(files).hasSize(6);
        }
        assertThat(directory
                        .resolve("runs")
                        .resolve(OneMoreNight.class.getName())
                        .resolve("02-history-empty"))
                .isDirectoryContaining("glob:**/trend-throughput.png");
    }

    @Test
    void theFirstNightHasNothingToBeComparedWith() {
        execute(OneMoreNight.class)
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(message(text -> text.startsWith(
                                "INVALID (TOO_FEW_SAMPLES): the history has 0 earlier valid results")))));
    }

    private Events execute(Class<?> tests) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .configurationParameter("vllm.stack", "embedded")
                .configurationParameter("vllm.reports.dir", directory.toString())
                .configurationParameter("vllm.progress", "off")
                .execute()
                .testEvents();
    }

    private List<Path> folders() throws IOException {
        try (Stream<Path> folders = Files.list(directory.resolve("history"))) {
            return folders.toList();
        }
    }

    private static BenchmarkResult night(ServingStack stack) {
        LongDocumentQa workload =
                longDocumentQa().documents(1).documentLength(600).repeat(1).outputTokens(2);
        return stack.run(workload, CacheState.EMPTY).requireValid();
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @S3Cache
    static class FiveNights {

        @PerformanceTest
        void run(ServingStack stack) {
            for (int i = 0; i < 5; i++) {
                night(stack);
            }
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @S3Cache
    static class OneMoreNight {

        @PerformanceTest
        void run(ServingStack stack) {
            assertThat(night(stack)).hasNotRegressedFrom(baseline().of(Measure.HIT_RATE));
        }
    }
}
