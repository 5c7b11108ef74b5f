package dev.vllmjunit;

import static dev.vllmjunit.assertion.PerformanceAssertions.TIMES;
import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.report.ResultsFile;
import dev.vllmjunit.workload.LongDocumentQa;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A repeated test on the embedded stack. */
class RepeatedSessionIT {

    private static final List<BenchmarkResult> SEEN = new CopyOnWriteArrayList<>();

    @Test
    void measuresInTurnAndJudgesAllRepetitionsTogether(@TempDir Path reports) {
        SEEN.clear();

        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(ColdAndWarm.class))
                .configurationParameter("vllm.stack", "embedded")
                .configurationParameter("vllm.integrity.samples", "0")
                .configurationParameter("vllm.reports.dir", reports.toString())
                .execute()
                .testEvents()
                .assertStatistics(stats -> stats.started(1).succeeded(1));

        assertThat(SEEN).extracting(run -> run.requests().size()).containsExactly(2, 2, 2, 2, 6, 6);
        assertThat(SEEN)
                .extracting(run -> run.conditions().cacheState())
                .containsExactly(
                        CacheState.EMPTY,
                        CacheState.WARM,
                        CacheState.EMPTY,
                        CacheState.WARM,
                        CacheState.EMPTY,
                        CacheState.WARM);
        ResultsFile file = ResultsFile.read(reports.resolve("results/results-nixl-only.json"));
        assertThat(file.runs()).hasSize(2).allSatisfy(run -> assertThat(run.repetitions())
                .hasSize(3));
        assertThat(Path.of(reports.toString(), "runs", ColdAndWarm.class.getName())
                        .toFile()
                        .list())
                .hasSize(9)
                .filteredOn(name -> name.contains("3-repetitions"))
                .hasSize(2);
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class ColdAndWarm {

        @PerformanceTest(repetitions = 3)
        void coldAndWarm(ServingStack stack) {
            LongDocumentQa workload = longDocumentQa()
                    .documents(2)
                    .documentLength(2_000)
                    .repeat(1)
                    .outputTokens(2);
            BenchmarkResult cold = stack.run(workload, CacheState.EMPTY);
            BenchmarkResult warm = stack.run(workload, CacheState.WARM);
            SEEN.addAll(List.of(cold, warm));
            assertThat(stack.results()).containsExactly(cold, warm);
            assertThat(warm).timeToFirstToken().mean().isAtLeast(1.1, TIMES).fasterThan(cold);
            assertThat(warm).tokensComputedByDecode().isEqualTo(0);
        }
    }
}
