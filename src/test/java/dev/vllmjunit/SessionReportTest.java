package dev.vllmjunit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.report.ResultsFile;
import dev.vllmjunit.topology.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which run of a class stands for its profile in the results file. */
class SessionReportTest {

    private final Path reports;

    SessionReportTest(@TempDir Path reports) {
        this.reports = reports;
    }

    @Test
    void theRunFromS3StandsForAProfileThatHasOne() {
        assertThat(headline(run(CacheState.EMPTY, 10), run(CacheState.S3_ONLY, 20), run(CacheState.WARM, 30)))
                .isEqualTo("S3_ONLY, 20 requests");
    }

    @Test
    void elseTheColdRun() {
        assertThat(headline(run(CacheState.WARM, 10), run(CacheState.EMPTY, 20)))
                .isEqualTo("EMPTY, 20 requests");
        assertThat(headline(run(CacheState.WARM, 10))).isEqualTo("WARM, 10 requests");
    }

    @Test
    void theLatestOfSeveralRunsFromOneState() {
        assertThat(headline(run(CacheState.S3_ONLY, 10), run(CacheState.S3_ONLY, 20), run(CacheState.EMPTY, 30)))
                .isEqualTo("S3_ONLY, 20 requests");
    }

    @Test
    void everyRunIsInTheFileInItsOrder() {
        report().finished(List.of(run(CacheState.EMPTY, 10), run(CacheState.S3_ONLY, 20)));

        assertThat(written().runs()).extracting(run -> run.requests()).containsExactly(10, 20);
        assertThat(written().headline()).isEqualTo(1);
    }

    @Test
    void whatBecameOfTheTestsIsInTheFile() {
        SessionReport report = report();
        report.judged(Verdicts.passed("A.a", 1));
        report.skipped("A.b", "not here");
        report.finished(List.of(run(CacheState.EMPTY, 10)));

        assertThat(written().tests()).containsExactly(Verdicts.passed("A.a", 1));
        assertThat(written().skipped()).containsExactly(Map.entry("A.b", "not here"));
    }

    @Test
    void withoutARunThereIsNoFile() {
        report().finished(List.of());

        assertThat(reports.resolve("results")).doesNotExist();
    }

    private String headline(BenchmarkResult... results) {
        report().finished(Stream.of(results).toList());
        return written().headlineRun().cacheState() + ", "
                + written().headlineRun().requests() + " requests";
    }

    private ResultsFile written() {
        return ResultsFile.read(reports.resolve("results").resolve("results-nixl-s3.json"));
    }

    private SessionReport report() {
        Settings settings =
                new Settings(Map.of("vllm.reports.dir", reports.toString()), Map.of(), name -> Optional.empty());
        return new SessionReport(
                SessionReportTest.class,
                settings,
                run(CacheState.EMPTY, 1).conditions().topology());
    }

    private static BenchmarkResult run(CacheState state, int requests) {
        return Results.cold().state(state).ttft(Results.constant(requests, 100)).build();
    }
}
