package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.assertion.ExpectationOutcome;
import dev.vllmjunit.assertion.Verdict;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.report.interchange.RequestLog;
import dev.vllmjunit.report.interchange.VllmBenchResult;
import dev.vllmjunit.topology.Expectation;
import io.qameta.allure.AllureLifecycle;
import io.qameta.allure.FileSystemResultsWriter;
import io.qameta.allure.model.TestResult;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {

    private static final String SECRET = "AKIA/s3cr3t+\"key\"";

    private final Path directory;
    private final Path allureResults;
    private final AllureLifecycle lifecycle;
    private final Reports reports;

    ReportsTest(@TempDir Path directory) {
        this.directory = directory;
        allureResults = directory.resolve("allure-results");
        lifecycle = new AllureLifecycle(new FileSystemResultsWriter(allureResults));
        reports = new Reports(
                directory.resolve("reports"), allureResults, "a.B", text -> text.replace(SECRET, "****"), lifecycle);
    }

    @BeforeEach
    void runningTest() {
        lifecycle.scheduleTestCase(new TestResult().setUuid("t").setName("a test"));
        lifecycle.startTestCase("t");
    }

    @Test
    void everyRequestIsALineWhoseHopsSumToItsTimeToFirstToken() throws IOException {
        BenchmarkResult result = Runs.valid(CacheState.EMPTY, 30);

        Path run = reports.run(result, Runs.schedule(30));

        List<CSVRecord> lines = csv(run.resolve("requests.csv"));
        assertThat(lines).hasSize(30);
        for (CSVRecord line : lines) {
            double hops = Arrays.stream(Hop.values())
                    .mapToDouble(hop -> number(line, "hop_" + hop.name().toLowerCase(Locale.ROOT) + "_ms"))
                    .sum();
            assertThat(hops).isCloseTo(number(line, "ttft_ms"), within(1e-5));
        }
        CSVRecord eleventh = lines.get(10);
        assertThat(eleventh.get("document")).isEqualTo("0");
        assertThat(eleventh.get("occurrence")).isEqualTo("1");
        assertThat(eleventh.get("times_modelled")).isEqualTo("true");
        assertThat(eleventh.get("prefill_node")).isEqualTo("prefill-0");
        assertThat(eleventh.get("cached_tokens")).isEqualTo("19968");
        assertThat(eleventh.get("finish_reason")).isEqualTo("length");
        assertThat(eleventh.get("error")).isEmpty();
        assertThat(number(eleventh, "ttft_ms"))
                .isEqualTo(result.requests().get(10).timeToFirstTokenNanos() / 1e6);
    }

    @Test
    void aRunLeavesItsFilesBelowTheClassAndInOrder() {
        Path first = reports.run(Runs.valid(CacheState.EMPTY, 30), Runs.schedule(30));
        Path second = reports.run(Runs.valid(CacheState.WARM, 30), Runs.schedule(30));

        assertThat(directory.relativize(first))
                .isEqualTo(Path.of("reports/runs/a.B/01-10-documents-x-20000-tokens-random-empty"));
        assertThat(second.getFileName()).hasToString("02-10-documents-x-20000-tokens-random-warm");
        assertThat(first.toFile().list())
                .containsExactlyInAnyOrder(
                        "summary.html",
                        "hops.png",
                        "ttft-distribution.png",
                        "requests.csv",
                        "result.json",
                        "metrics.csv",
                        "schedule.csv",
                        "vllm-bench.json",
                        "requests.jsonl");
    }

    @Test
    void aRunReadsBackFromTheFormatsOfOtherTools() {
        BenchmarkResult result = Runs.valid(CacheState.S3_ONLY, 30);

        Path run = reports.run(result, Runs.schedule(30));

        assertThat(VllmBenchResult.read(run.resolve("vllm-bench.json")))
                .isEqualTo(VllmBenchResult.of(result, Runs.schedule(30)));
        assertThat(RequestLog.read(run.resolve("requests.jsonl"))).isEqualTo(RequestLog.of(result, Runs.schedule(30)));
    }

    @Test
    void aGoodputThatIsAskedForLaterIsAddedOnce() throws IOException {
        BenchmarkResult result = Runs.valid(CacheState.EMPTY, 30);
        Slo slo = Slo.of(Latency.TTFT, Duration.ofMillis(500));

        Path run = reports.run(result, Runs.schedule(30));
        reports.goodput(run, slo);
        reports.goodput(run, slo);

        VllmBenchResult expected = VllmBenchResult.of(result, Runs.schedule(30)).withGoodput(slo);
        assertThat(VllmBenchResult.read(run.resolve("vllm-bench.json"))).isEqualTo(expected);
        assertThat(expected.totals().requestGoodput().orElseThrow())
                .isBetween(0.01, expected.totals().requestThroughput() - 0.01);
        assertThat(stopTest().at("/attachments").findValuesAsText("name"))
                .containsOnlyOnce(run.getFileName() + ", as vllm bench serve --goodput ttft:500");
    }

    @Test
    void whatIsTooLargeToAttachIsAFileAllTheSame() throws IOException {
        Path run = reports.run(Runs.valid(CacheState.EMPTY, 1500), Runs.schedule(1500));
        JsonNode test = stopTest();

        assertThat(run.resolve("requests.jsonl")).exists().satisfies(file -> assertThat(Files.size(file))
                .isGreaterThan(1 << 20));
        assertThat(test.at("/steps/0/attachments").findValuesAsText("name"))
                .contains("as vllm bench serve writes it")
                .doesNotContain("requests, a line each");
    }

    @Test
    void whatAnEarlierRunOfTheClassLeftIsGone() {
        Path earlier = reports.run(Runs.valid(CacheState.EMPTY, 30), Runs.schedule(30));

        new Reports(directory.resolve("reports"), allureResults, "a.B", text -> text, lifecycle);

        assertThat(earlier.getParent()).doesNotExist();
    }

    @Test
    void theResultsFileCarriesTheGuidesKeysAndCanBeReadBack() throws IOException {
        BenchmarkResult cold = Runs.valid(CacheState.EMPTY, 100);
        BenchmarkResult warm = Runs.valid(CacheState.S3_ONLY, 100);

        Path file = resultsFile("nixl-s3", warm, cold, warm);

        assertThat(file).isEqualTo(directory.resolve("reports/results/results-nixl-s3.json"));
        JsonNode json = new ObjectMapper().readTree(file.toFile());
        double mean = Arrays.stream(warm.nanos(Latency.TTFT)).average().orElseThrow() / 1e6;
        assertThat(json.get("ttft_mean").asDouble()).isCloseTo(mean, within(1e-9));
        assertThat(json.get("ttft_p50").asDouble()).isBetween(90.0, 130.0);
        assertThat(json.get("ttft_p95").asDouble()).isBetween(650.0, 800.0);
        assertThat(json.get("throughput").asDouble()).isCloseTo(warm.throughput(), within(1e-9));
        assertThat(json.get("total_time").asDouble()).isEqualTo(warm.duration().toNanos() / 1e9);
        assertThat(json.at("/units/ttft_mean").asText()).isEqualTo("ms");
        assertThat(json.get("modelled").asBoolean()).isTrue();
        assertThat(json.at("/runs/1/tokens/s3").asLong()).isEqualTo(199_680);
        assertThat(json.at("/runs/1/hops_mean_ms/prefill").asDouble()).isPositive();
        assertThat(json.at("/runs/1/ttft_ms/p99").isNull()).isTrue();

        ResultsFile read = ResultsFile.read(file);
        assertThat(read.headlineRun()).isEqualTo(RunFigures.of(warm));
        assertThat(read.runs()).hasSize(2);
    }

    @Test
    void theResultsFileSaysWhatBecameOfEachTest() throws IOException {
        BenchmarkResult cold = Runs.valid(CacheState.EMPTY, 30);
        TestVerdict open = new TestVerdict(
                "A.b", Verdict.INVALID, InvalidReason.INCONCLUSIVE, "INVALID (INCONCLUSIVE): left open", 2);

        Path file = reports.resultsFile(
                "p",
                cold,
                List.of(cold),
                List.of(new TestVerdict("A.a", Verdict.PASS, null, "", 1), open),
                Map.of("A.c", "no restart here"));

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.at("/tests/0").toString())
                .isEqualTo("{\"test\":\"A.a\",\"verdict\":\"PASS\",\"reason\":null,\"message\":\"\",\"runs\":1}");
        assertThat(json.at("/tests/1/reason").asText()).isEqualTo("INCONCLUSIVE");
        assertThat(json.at("/skipped/A.c").asText()).isEqualTo("no restart here");
        assertThat(ResultsFile.read(file).tests()).contains(open);
    }

    @Test
    void aTestsVerdictIsAParameterThatDoesNotTellItFromItsEarlierRuns() throws IOException {
        reports.verdict(new TestVerdict("A.b", Verdict.INVALID, InvalidReason.INCONCLUSIVE, "", 1));
        JsonNode parameter = stopTest().at("/parameters/0");

        assertThat(parameter.get("name").asText()).isEqualTo("verdict");
        assertThat(parameter.get("value").asText()).isEqualTo("INVALID (INCONCLUSIVE)");
        assertThat(parameter.get("excluded").asBoolean()).isTrue();
    }

    @Test
    void aRunWithoutAnyAnswerIsReportedAllTheSame() throws IOException {
        BenchmarkResult failed = Runs.failed(3);

        Path run = reports.run(failed, Runs.schedule(3));
        reports.comparison("next to a good one", List.of(failed, Runs.valid(CacheState.WARM, 30)));
        JsonNode json =
                new ObjectMapper().readTree(resultsFile("p", failed, failed).toFile());

        assertThat(json.get("verdict").asText()).isEqualTo("INVALID");
        assertThat(json.get("ttft_mean").isNull()).isTrue();
        assertThat(json.get("throughput").asDouble()).isZero();
        CSVRecord line = csv(run.resolve("requests.csv")).get(0);
        assertThat(line.get("error")).isEqualTo("HTTP 503, \"busy\"");
        assertThat(line.get("ttft_ms")).isEmpty();
        assertThat(Files.readString(run.resolve("summary.html"))).contains("none of 3 was answered");
    }

    @Test
    void aPercentileOfTooFewSamplesIsNull() throws IOException {
        BenchmarkResult few = Runs.valid(CacheState.EMPTY, 30);

        JsonNode json = new ObjectMapper().readTree(resultsFile("few", few, few).toFile());

        assertThat(json.get("ttft_p95").isNull()).isTrue();
        assertThat(json.get("ttft_p50").isNumber()).isTrue();
    }

    @Test
    void nothingThatGoesOutHoldsASecret() throws IOException {
        BenchmarkResult result = Runs.with(
                CacheState.EMPTY,
                30,
                List.of(new Problem(InvalidReason.REQUESTS_FAILED, "refused with " + SECRET)),
                Map.of("s3." + SECRET, SECRET));
        Path log = Files.writeString(directory.resolve("node.log"), "started with " + SECRET);

        reports.run(result, Runs.schedule(30));
        reports.run(Runs.saying(SECRET), Runs.schedule(30));
        reports.comparison("with " + SECRET, List.of(result, result));
        reports.expectations(List.of(new ExpectationOutcome(
                new Expectation(
                        "mean TTFT",
                        "EMPTY",
                        Expectation.Metric.TTFT_MEAN,
                        Optional.empty(),
                        new Expectation.Range(1, 2),
                        Map.of()),
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Verdict.INVALID,
                SECRET)));
        reports.verdict(new TestVerdict("test", Verdict.FAIL, null, SECRET, 1));
        reports.resultsFile(
                "p",
                result,
                List.of(result),
                List.of(new TestVerdict("test " + SECRET, Verdict.FAIL, null, SECRET, 1)),
                Map.of("other " + SECRET, SECRET));
        reports.environment(Map.of("key", SECRET));
        reports.attachFile("log", log);
        reports.attachText("text", SECRET);
        stopTest();

        Files.delete(log);
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> written = files.filter(Files::isRegularFile).toList();
            assertThat(written).hasSizeGreaterThan(20);
            assertThat(written)
                    .allSatisfy(file -> assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .doesNotContain("s3cr3t"));
        }
    }

    @Test
    void aRunIsAStepOfTheTestWithEverythingAttached() throws IOException {
        reports.run(Runs.valid(CacheState.S3_ONLY, 30), Runs.schedule(30));
        JsonNode test = stopTest();

        JsonNode step = test.at("/steps/0");
        assertThat(step.get("name").asText()).isEqualTo("run: 10 documents x 20000 tokens, random, S3_ONLY");
        assertThat(step.get("status").asText()).isEqualTo("passed");
        assertThat(step.get("attachments").findValuesAsText("name"))
                .containsExactly(
                        "summary",
                        "Where each request's time to first token goes, S3_ONLY (modelled)",
                        "Requests with a first token within a time, S3_ONLY (modelled)",
                        "requests",
                        "result",
                        "counter deltas",
                        "schedule",
                        "as vllm bench serve writes it",
                        "requests, a line each");
        assertThat(step.get("parameters").findValuesAsText("name"))
                .containsExactly("throughput (modelled)", "mean TTFT (modelled)", "compute savings");
        assertThat(test.get("descriptionHtml").asText()).contains("S3_ONLY", "modelled", "199,680");
    }

    @Test
    void anInvalidRunIsABrokenStepThatSaysWhy() throws IOException {
        reports.run(
                Runs.with(
                        CacheState.EMPTY, 30, List.of(new Problem(InvalidReason.CLIENT_TOO_SLOW, "<late>")), Map.of()),
                Runs.schedule(30));
        JsonNode test = stopTest();

        assertThat(test.at("/steps/0/status").asText()).isEqualTo("broken");
        String summary = Files.readString(
                allureResults.resolve(test.at("/steps/0/attachments/0/source").asText()));
        assertThat(summary)
                .contains("CLIENT_TOO_SLOW", "&lt;late&gt;", "<span class=\"verdict invalid\">INVALID</span>");
    }

    @Test
    void withoutARunningTestThereAreFilesOnly() throws IOException {
        stopTest();

        Path run = reports.run(Runs.valid(CacheState.EMPTY, 30), Runs.schedule(30));
        reports.attachText("log", "text");

        assertThat(run.resolve("summary.html")).exists();
        assertThat(allureResults.toFile().list()).containsExactly("t-result.json");
    }

    @Test
    void statesStandSideBySideAgainstTheFirst() throws IOException {
        Path comparison = reports.comparison(
                "Three cache states",
                Arrays.stream(CacheState.values())
                        .map(state -> Runs.valid(state, 100))
                        .toList());

        assertThat(Files.readString(comparison.resolve("summary.txt")))
                .contains("| EMPTY ", "| S3_ONLY ", "| WARM ")
                .containsPattern("TTFT p95 +\\| 1,7\\d\\d ms +\\| 7\\d\\d ms \\(2\\.\\d × faster\\)")
                .containsPattern("times are +\\| modelled +\\| modelled +\\| modelled");
        assertThat(comparison.toFile().list())
                .contains("ttft.png", "throughput.png", "hops.png", "ttft-distribution.png", "summary.html");
    }

    @Test
    void repetitionsAreShownEachAndTogether() throws IOException {
        BenchmarkResult first = Repetitions.numbered(Runs.valid(CacheState.EMPTY, 30), new Repetition(1, 2));
        BenchmarkResult second = Repetitions.numbered(Runs.valid(CacheState.EMPTY, 30), new Repetition(2, 2));
        BenchmarkResult pooled = Repetitions.pool(List.of(first, second));

        Path one = reports.run(first, Runs.schedule(30));
        reports.run(second, Runs.schedule(30));
        Path all = reports.run(pooled, Runs.schedule(30));
        JsonNode json =
                new ObjectMapper().readTree(resultsFile("p", pooled, pooled).toFile());
        JsonNode test = stopTest();

        assertThat(one.getFileName()).hasToString("01-10-documents-x-20000-tokens-random-empty-repetition-1-of-2");
        assertThat(all.getFileName()).hasToString("03-10-documents-x-20000-tokens-random-empty-2-repetitions");
        assertThat(csv(all.resolve("requests.csv")))
                .hasSize(60)
                .extracting(line -> line.get("repetition") + " " + line.get("index") + " " + line.get("sent_ms"))
                .startsWith("1 0 0.000000")
                .contains("2 0 0.000000");
        assertThat(Files.readString(all.resolve("summary.html"))).contains("Repetitions (modelled)");
        assertThat(all.toFile().list()).contains("ttft.png", "hops.png", "ttft-distribution.png");
        assertThat(json.at("/runs/0/requests").asInt()).isEqualTo(60);
        assertThat(json.get("total_time").asDouble()).isEqualTo(first.duration().toNanos() / 1e9);
        assertThat(json.at("/runs/0/repetitions/1/repetition/number").asInt()).isEqualTo(2);
        assertThat(json.at("/runs/0/repetitions/1/requests").asInt()).isEqualTo(30);
        assertThat(test.get("steps").findValuesAsText("name"))
                .contains(
                        "run: 10 documents x 20000 tokens, random, EMPTY, repetition 1 of 2",
                        "run: 10 documents x 20000 tokens, random, EMPTY, 2 repetitions");
        assertThat(test.get("descriptionHtml").asText()).contains("60, 0").doesNotContain("30, 0");
    }

    private Path resultsFile(String profile, BenchmarkResult headline, BenchmarkResult... all) {
        return reports.resultsFile(profile, headline, List.of(all), List.of(), Map.of());
    }

    private JsonNode stopTest() throws IOException {
        lifecycle.stopTestCase("t");
        lifecycle.writeTestCase("t");
        return new ObjectMapper()
                .readTree(allureResults.resolve("t-result.json").toFile());
    }

    private static List<CSVRecord> csv(Path file) throws IOException {
        return CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get()
                .parse(new StringReader(Files.readString(file)))
                .getRecords();
    }

    private static double number(CSVRecord line, String column) {
        return Double.parseDouble(line.get(column));
    }
}
