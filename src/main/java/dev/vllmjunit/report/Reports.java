package dev.vllmjunit.report;

import dev.vllmjunit.assertion.ExpectationOutcome;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Machine;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.history.Review;
import dev.vllmjunit.lint.Finding;
import dev.vllmjunit.report.interchange.RequestLog;
import dev.vllmjunit.report.interchange.VllmBenchResult;
import dev.vllmjunit.workload.Schedule;
import io.qameta.allure.Allure;
import io.qameta.allure.AllureLifecycle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What one test class leaves for people to read: files below the reports directory, and the same as steps and attachments of
 * the Allure test that runs in the calling thread (without one, files only). Every text passes the mask before it is written.
 * Thread-safe. Methods throw {@link UncheckedIOException} when a file cannot be written.
 */
public final class Reports {

    private static final String VLLM_BENCH = "vllm-bench.json";

    /** Bytes: about 2,000 requests of 20 output tokens. */
    private static final int LARGEST_ATTACHMENT = 1 << 20;

    private final Path results;
    private final Path runs;
    private final Path allureResults;
    private final UnaryOperator<String> mask;
    private final Json json;
    private final AllureSteps allure;
    private final TestOverview overview;
    private final AtomicInteger sections = new AtomicInteger();

    /**
     * For one test class; what an earlier run of it left in {@code runs/LABEL/} is deleted.
     *
     * @param reportsDirectory holds {@code runs/LABEL/} and {@code results/}; created when needed
     * @param allureResultsDirectory where this JVM's Allure results go
     * @param label the test class's name
     * @param mask replaces secrets in a text
     */
    public Reports(Path reportsDirectory, Path allureResultsDirectory, String label, UnaryOperator<String> mask) {
        this(reportsDirectory, allureResultsDirectory, label, mask, Allure.getLifecycle());
    }

    Reports(Path reports, Path allureResults, String label, UnaryOperator<String> mask, AllureLifecycle lifecycle) {
        this.results = reports.resolve("results");
        this.runs = reports.resolve("runs").resolve(label.replaceAll("[^A-Za-z0-9._$-]+", "-"));
        this.allureResults = allureResults;
        this.mask = mask;
        this.json = new Json(mask);
        this.allure = new AllureSteps(lifecycle);
        this.overview = new TestOverview(allure);
        ReportFiles.clear(runs);
    }

    /**
     * Shows one run: tables, charts, every request, the figures as JSON, counter deltas, the schedule, and the run in
     * the formats of other tools.
     *
     * @return the directory with its files, {@code runs/LABEL/NN-WORKLOAD-STATE}
     */
    public Path run(BenchmarkResult result, Schedule schedule) {
        RunFigures run = figures(result);
        String name = run.name();
        List<ChartImage> charts = Charts.of(run, result);
        if (run.repetition() == null) {
            overview.add(run);
        }
        return section(name, "run: " + name)
                .invalid(!run.valid())
                .parameter("throughput (" + run.timesAre() + ")", Numbers.rate(run.throughputTokensPerS()))
                .parameter(
                        "mean TTFT (" + run.timesAre() + ")",
                        Numbers.millis(run.ttftMs().mean()))
                .parameter("compute savings", Numbers.percent(run.computeSavings()))
                .add("summary", "summary.html", Html.page(name, run.topology(), RunTables.of(run), charts))
                .add(charts)
                .add("requests", "requests.csv", RequestsCsv.of(result, schedule, mask))
                .add("result", "result.json", json.write(withMetrics(run, result)))
                .add("counter deltas", "metrics.csv", Csv.metrics(result.metrics(), mask))
                .add("schedule", "schedule.csv", Csv.schedule(schedule, mask))
                .addUpTo(
                        LARGEST_ATTACHMENT,
                        "as vllm bench serve writes it",
                        VLLM_BENCH,
                        json.write(VllmBenchResult.of(result, schedule).json()))
                .addUpTo(
                        LARGEST_ATTACHMENT,
                        "requests, a line each",
                        "requests.jsonl",
                        json.lines(RequestLog.of(result, schedule).json()))
                .publish(runs, allure);
    }

    /**
     * Adds the request goodput to what {@link #run} wrote as {@code vllm bench serve} would, and attaches that again: a test states its
     * SLO after the run.
     *
     * @param run the directory that {@link #run} returned
     */
    public void goodput(Path run, Slo slo) {
        Path file = run.resolve(VLLM_BENCH);
        VllmBenchResult written = VllmBenchResult.read(file);
        VllmBenchResult judged = written.withGoodput(slo);
        if (!judged.equals(written)) {
            String text = json.write(judged.json());
            ReportFiles.write(file, text);
            if (text.length() <= LARGEST_ATTACHMENT) {
                String title = run.getFileName() + ", as vllm bench serve --goodput " + slo.goodputArguments();
                allure.attach(title, AttachmentType.JSON, text);
            }
        }
    }

    /** Shows runs side by side, for instance of the three cache states; times against those of the first. */
    public Path comparison(String title, List<BenchmarkResult> compared) {
        return compare(title, compared.stream().map(this::figures).toList());
    }

    /** Shows the headline runs of several profiles side by side, read from files. */
    public Path profiles(String title, List<ResultsFile> files) {
        return compare(title, files.stream().map(ResultsFile::headlineRun).toList());
    }

    private Path compare(String title, List<RunFigures> compared) {
        List<Table> tables = List.of(ComparisonTable.of(compared));
        List<ChartImage> charts = Charts.of(compared);
        overview.show(charts);
        return section(title, mask.apply(title))
                .invalid(!compared.stream().allMatch(RunFigures::valid))
                .add("side by side", "summary.html", Html.page(mask.apply(title), lead(compared), tables, charts))
                .add(charts)
                .add("side by side, text", "summary.txt", tables.get(0).text())
                .publish(runs, allure);
    }

    /** Shows what the configuration lint found before the start. */
    public Path lint(List<Finding> findings) {
        Table table = FindingTable.of(findings).masked(mask);
        String text = findings.stream().map(Finding::describe).collect(Collectors.joining("\n"));
        return section("configuration lint", "configuration lint")
                .add(
                        "configuration lint",
                        "lint.html",
                        Html.page("Configuration lint", FindingTable.LEAD, List.of(table), List.of()))
                .add("configuration lint, text", "lint.txt", mask.apply(text))
                .publish(runs, allure);
    }

    /** Shows the figures of a result over its history; nothing where there are too few results for a picture. */
    public void history(Review review) {
        if (review.earlier() < Review.FEWEST_TO_SHOW) {
            return;
        }
        String name = "history, " + review.cacheState();
        List<Table> tables = HistoryTables.of(review);
        List<ChartImage> charts = Charts.of(review);
        String lead = review.fingerprint().describe();
        section(name, name)
                .add("history", "history.html", Html.page(mask.apply(name), mask.apply(lead), tables, charts))
                .add(charts)
                .add("history, text", "history.txt", Table.text(tables))
                .publish(runs, allure);
    }

    /** Shows a profile's expectations, the guide's row by row, with what was measured and the verdict. */
    public Path expectations(List<ExpectationOutcome> outcomes) {
        List<Table> tables = ExpectationRows.of(outcomes).stream()
                .map(table -> table.masked(mask))
                .toList();
        tables.forEach(overview::add);
        return section("expectations", "expectations")
                .add(
                        "expectations",
                        "expectations.html",
                        Html.page("Expectations", ExpectationRows.LEAD, tables, List.of()))
                .add("expectations, text", "expectations.txt", Table.text(tables))
                .publish(runs, allure);
    }

    /** Shows what became of the running test as its parameter {@code verdict}. */
    public void verdict(TestVerdict verdict) {
        allure.parameter("verdict", verdict.words());
    }

    /**
     * Writes {@code results/results-PROFILE.json}, whole or not at all.
     *
     * @param headline the run that the guide's five keys are about
     * @param all every run of the profile
     * @param tests what became of the tests that made the runs
     * @param skipped why a test did not run, by its name
     */
    public Path resultsFile(
            String profile,
            BenchmarkResult headline,
            List<BenchmarkResult> all,
            List<TestVerdict> tests,
            Map<String, String> skipped) {
        ResultsFile file = ResultsFile.of(
                profile, figures(headline), all.stream().map(this::figures).toList(), tests, skipped);
        String text = json.write(file);
        allure.attach("results-" + profile + ".json", AttachmentType.JSON, text);
        return ReportFiles.write(results.resolve("results-" + profile + ".json"), text);
    }

    /** Adds to Allure's environment, beside what the machine is, and writes its categories. */
    public void environment(Map<String, String> values) {
        Map<String, String> all = new TreeMap<>(Machine.here().facts());
        values.forEach((key, value) -> all.put(key, mask.apply(value)));
        AllureEnvironment.add(allureResults, all);
        ReportFiles.write(allureResults.resolve("categories.json"), Categories.json());
    }

    /** Attaches a text file, for instance a node's log. */
    public void attachFile(String name, Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            allure.attach(mask.apply(name), AttachmentType.of(file.getFileName().toString()), mask.apply(text));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot attach " + name + " from " + file, e);
        }
    }

    /** Attaches a text, for instance a node's last {@code /metrics}. */
    public void attachText(String name, String text) {
        allure.attach(mask.apply(name), AttachmentType.TXT, mask.apply(text));
    }

    private RunFigures figures(BenchmarkResult result) {
        return json.masked(RunFigures.of(result), RunFigures.class);
    }

    private Section section(String name, String step) {
        return new Section(
                String.format("%02d-%s", sections.incrementAndGet(), ReportFiles.slug(mask.apply(name))), step);
    }

    private Map<String, Object> withMetrics(RunFigures run, BenchmarkResult result) {
        Map<String, Object> all = json.asMap(run);
        all.put("metrics", new TreeMap<>(result.metrics()));
        return all;
    }

    private static String lead(List<RunFigures> compared) {
        return String.join(
                        "; ",
                        compared.stream().map(RunFigures::workload).distinct().toList()) + ". "
                + String.join(
                        "; ",
                        compared.stream().map(RunFigures::topology).distinct().toList());
    }
}
