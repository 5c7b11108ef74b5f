package dev.vllmjunit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.report.ResultsFile;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    @Test
    void whatIsNotFeasibleIsSaidOnceAndBeforeAnythingIsSent() {
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(console, true, StandardCharsets.UTF_8));
        try {
            SessionReport report = report();
            report.running(demand -> List.of("S3 load: too much for " + demand.promptTokens() + " tokens"));
            report.observer().planned(schedule());
            report.observer().planned(schedule());
        } finally {
            System.setOut(before);
        }

        assertThat(console.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("NOT FEASIBLE: S3 load: too much for 20000 tokens");
    }

    @Test
    void aRunGoesOnWhereItsHistoryCannotBeKept() throws IOException {
        Files.writeString(reports.resolve("history"), "no directory");
        SessionReport report = report();
        BenchmarkResult result = run(CacheState.EMPTY, 1);
        report.observer().planned(schedule());

        assertThatNoException().isThrownBy(() -> report.ran(result));
        assertThat(reports.resolve("history")).isRegularFile();
    }

    @Test
    void repetitionsAreKeptInTheHistoryTogether() {
        SessionReport report = report();
        report.observer().planned(schedule());
        List<BenchmarkResult> runs = Stream.of(1, 2)
                .map(number -> Repetitions.numbered(run(CacheState.EMPTY, 1), new Repetition(number, 2)))
                .toList();

        runs.forEach(report::ran);
        assertThat(reports.resolve("history")).doesNotExist();
        report.ran(Repetitions.pool(runs));
        assertThat(reports.resolve("history")).isDirectoryRecursivelyContaining("glob:**.json");
    }

    @Test
    void theFileForVllmsUsersGetsTheGoodputThatATestAsksForWhileTheClassRuns() throws IOException {
        SessionReport report = report();
        report.observer().planned(schedule());
        BenchmarkResult result = run(CacheState.EMPTY, 4);
        report.ran(result);
        Slo slo = Slo.of(Latency.TTFT, Duration.ofMillis(100));

        report.stated(run(CacheState.EMPTY, 4), slo);
        assertThat(vllmBench()).contains("\"request_goodput\" : null");
        report.stated(result, slo);
        assertThat(vllmBench()).contains("\"goodput\" : \"ttft:100\"").doesNotContain("\"request_goodput\" : null");
    }

    private String vllmBench() throws IOException {
        try (Stream<Path> files = Files.walk(reports)) {
            return Files.readString(files.filter(file -> file.endsWith("vllm-bench.json"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    private static Schedule schedule() {
        PlannedRequest request = new PlannedRequest(0, 0, 0, false, Duration.ZERO, 20_000, 20, new byte[0]);
        return new Schedule("one", "/v1/completions", new Arrivals.ClosedLoop(1), List.of(request));
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
                run(CacheState.EMPTY, 1).conditions().topology(),
                reports.resolve("logs"));
    }

    private static BenchmarkResult run(CacheState state, int requests) {
        return Results.cold().state(state).ttft(Results.constant(requests, 100)).build();
    }
}
