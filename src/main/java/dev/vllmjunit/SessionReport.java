package dev.vllmjunit;

import dev.vllmjunit.assertion.ExpectationTable;
import dev.vllmjunit.bench.BenchmarkRunner;
import dev.vllmjunit.bench.RunObserver;
import dev.vllmjunit.diagnosis.Diagnosis;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Objectives;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.history.History;
import dev.vllmjunit.history.Measure;
import dev.vllmjunit.lint.Finding;
import dev.vllmjunit.preflight.PreflightReport;
import dev.vllmjunit.preflight.Status;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.report.ProgressReport;
import dev.vllmjunit.report.Reports;
import dev.vllmjunit.report.RunProgress;
import dev.vllmjunit.report.TestVerdict;
import dev.vllmjunit.topology.Feasibility.Demand;
import dev.vllmjunit.topology.Masking;
import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import io.qameta.allure.util.PropertiesUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one class leaves to read: at the console while it runs, in the Allure report and below the reports directory after. */
final class SessionReport implements Objectives.Listener {

    private final Topology topology;
    private final Reports reports;
    private final ProgressReport console;
    private final Optional<History> history;
    private final List<BenchmarkResult> sinceTestBegan = new ArrayList<>();
    /** Where each run was written: results that are equal are still two. */
    private final Map<BenchmarkResult, Path> written = Collections.synchronizedMap(new IdentityHashMap<>());

    private final List<TestVerdict> verdicts = new ArrayList<>();
    private final Map<String, String> skipped = new TreeMap<>();
    private final Examination examination;
    private boolean usedSinceTestBegan;
    private @Nullable Schedule planned;
    private final Set<String> shown = new HashSet<>();
    private List<Finding> findings = List.of();
    private List<String> commands = List.of();
    private PreflightReport surveyed = new PreflightReport(List.of());
    private Function<Demand, List<String>> notFeasible = demand -> List.of();
    private long startedNanos;

    SessionReport(Class<?> type, Settings settings, Topology topology, Path logDirectory) {
        Masking masking = Masking.of(settings);
        this.topology = topology;
        this.examination = new Examination(topology, logDirectory, masking::mask);
        this.reports = new Reports(
                settings.require(Setting.REPORTS_DIRECTORY),
                Path.of(PropertiesUtils.loadAllureProperties()
                        .getProperty("allure.results.directory", "allure-results")),
                type.getName(),
                masking::mask);
        ProgressReport.Bar bar =
                settings.require(Setting.PROGRESS).equals("off") ? ProgressReport.Bar.NEVER : ProgressReport.Bar.AUTO;
        this.console = new ProgressReport(bar, masking::mask);
        this.history = History.of(settings);
        History.use(history);
    }

    void starting(String stack) {
        startedNanos = System.nanoTime();
        console.line("Starting " + topology.describe() + " on the " + stack + " stack, profile " + topology.profile());
    }

    /** One line about what is going on. */
    void line(String text) {
        console.line(text);
    }

    /** The lines that would start by hand what is about to be started. */
    void commands(List<String> lines) {
        commands = lines;
        lines.forEach(console::line);
    }

    /** What is wrong with the configuration, before anything of it is started. */
    void linted(List<Finding> found) {
        findings = found;
        found.forEach(finding -> console.line(finding.describe()));
    }

    /** What the place offers, before anything is started there; only what is not as it should be is worth a table. */
    void surveyed(PreflightReport found) {
        surveyed = found;
        if (found.with(Status.OK).size() < found.rows().size()) {
            console.line("Preflight: " + found.counts() + "\n" + found.troubles());
        }
    }

    /** In the report of the first test that runs something, or of the start that did not come about. */
    private void showFindings() {
        if (!findings.isEmpty()) {
            reports.lint(findings);
            findings = List.of();
        }
        if (!commands.isEmpty()) {
            reports.attachText("commands", String.join("\n\n", commands));
            commands = List.of();
        }
        if (!surveyed.rows().isEmpty()) {
            reports.attachText("preflight", surveyed.table());
            surveyed = new PreflightReport(List.of());
        }
    }

    /** Attaches what there is to read about a start that failed, and adds to the exception why it probably did. */
    void startFailed(Path logDirectory, Throwable failure) {
        showFindings();
        try (Stream<Path> logs = Files.list(logDirectory)) {
            logs.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .forEach(log -> reports.attachFile(String.valueOf(log.getFileName()), log));
        } catch (IOException e) {
            console.line("No logs to attach: " + e);
        }
        diagnosed(examination.of(failure, Map.of()));
    }

    private void diagnosed(List<Diagnosis> diagnoses) {
        if (!diagnoses.isEmpty()) {
            diagnoses.forEach(diagnosis -> console.line(diagnosis.brief()));
            reports.attachText(
                    "diagnosis", diagnoses.stream().map(Diagnosis::describe).collect(Collectors.joining("\n\n")));
        }
    }

    void started(RunningStack stack) {
        Objectives.add(this);
        console.line(String.format("Ready after %.1f s", (System.nanoTime() - startedNanos) / 1e9));
        Map<String, String> facts = new TreeMap<>();
        stack.facts().forEach((name, value) -> facts.put(topology.profile() + "." + name, value));
        facts.put(topology.profile() + ".topology", topology.describe());
        facts.put(topology.profile() + ".stack", stack.provisioner() + (stack.modelled() ? " (times modelled)" : ""));
        facts.put(topology.profile() + ".model", topology.model().id());
        reports.environment(facts);
    }

    RunObserver observer() {
        return new Observer();
    }

    /**
     * A run begins; what the parts of the stack say afterwards is worth reading, also if it ends in an exception.
     *
     * @param infeasible the expectations that what is about to be sent rules out, a sentence each
     */
    void running(Function<Demand, List<String>> infeasible) {
        usedSinceTestBegan = true;
        notFeasible = infeasible;
    }

    /** Before the run, so that nobody waits for what cannot be; once, however often it is run. */
    private void showNotFeasible() {
        List<String> news =
                notFeasible.apply(demand()).stream().filter(shown::add).toList();
        if (!news.isEmpty()) {
            news.forEach(row -> console.line("NOT FEASIBLE: " + row));
            reports.attachText("not feasible, before the run", String.join("\n", news));
        }
    }

    void ran(BenchmarkResult result) {
        examination.ran(result);
        written.put(result, reports.run(result, schedule()));
        console.summary(result);
        if (result.conditions().repetition().isEmpty()) {
            sinceTestBegan.add(result);
            history.ifPresent(kept -> keep(kept, result));
        }
    }

    /** Repetitions are kept together. A run is worth more than its place in the history: one that cannot be kept goes on. */
    private void keep(History kept, BenchmarkResult result) {
        try {
            reports.history(kept.review(result, Measure.MAIN));
            kept.add(result);
        } catch (RuntimeException e) {
            console.line("The history does not keep this result: " + e.getMessage());
        }
    }

    /** Of a run of this class: its file for vLLM's users gets the goodput. */
    @Override
    public void stated(BenchmarkResult result, Slo slo) {
        Path run = written.get(result);
        if (run != null) {
            reports.goodput(run, slo);
        }
    }

    void expectations(ExpectationTable table) {
        reports.expectations(table.rows());
        console.expectations(table.rows());
    }

    /** What the latest schedule asks of the hardware. */
    Demand demand() {
        Schedule schedule = schedule();
        PlannedRequest longest = schedule.requests().stream()
                .max((a, b) -> Integer.compare(a.promptTokens(), b.promptTokens()))
                .orElseThrow();
        int concurrency = schedule.arrivals() instanceof Arrivals.InSlots slots ? slots.concurrency() : 1;
        return new Demand(
                longest.promptTokens(),
                schedule.firstOfEachDocument().size(),
                schedule.requests().size(),
                longest.maxTokens(),
                concurrency);
    }

    /**
     * Compares the runs of a test that had several, attaches what the nodes said and the object store holds, and adds to the exception
     * of one that failed why it probably did.
     */
    void testEnded(RunningStack stack, BenchmarkRunner runner, Optional<Throwable> failure) {
        if (!usedSinceTestBegan) {
            return;
        }
        usedSinceTestBegan = false;
        showFindings();
        if (sinceTestBegan.size() > 1) {
            reports.comparison("the runs of this test side by side", sinceTestBegan);
        }
        sinceTestBegan.clear();
        stack.nodes().forEach(this::attachLog);
        stack.logs().forEach((part, log) -> reports.attachFile(part + " log", log));
        Map<String, String> metrics = runner.rawMetrics();
        metrics.forEach((node, text) -> reports.attachText(node + " /metrics", text));
        runner.stored().ifPresent(stored -> reports.attachText("object store", stored));
        failure.ifPresent(thrown -> diagnosed(examination.of(thrown, metrics)));
        examination.next();
    }

    void judged(TestVerdict verdict) {
        verdicts.add(verdict);
        reports.verdict(verdict);
        console.verdict(verdict);
    }

    /** A test that an assumption ended has no verdict. */
    void skipped(String test, String why) {
        skipped.put(test, why);
        console.line("SKIPPED  " + test + "  " + why);
    }

    void finished(List<BenchmarkResult> results) {
        Objectives.remove(this);
        history.ifPresent(History::close);
        if (!results.isEmpty()) {
            Path file = reports.resultsFile(topology.profile(), headline(results), results, verdicts, skipped);
            console.line("Results: " + file.toAbsolutePath().normalize());
        }
    }

    /** The run that the guide's five keys are about: the latest from S3 where there is one, else the latest cold one. */
    private static BenchmarkResult headline(List<BenchmarkResult> results) {
        return Stream.of(CacheState.S3_ONLY, CacheState.EMPTY, CacheState.WARM)
                .flatMap(state -> latest(results, state))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<BenchmarkResult> latest(List<BenchmarkResult> results, CacheState state) {
        return results.stream()
                .filter(result -> result.conditions().cacheState() == state)
                .reduce((earlier, later) -> later)
                .stream();
    }

    private void attachLog(RunningNode node) {
        node.log().ifPresent(log -> reports.attachFile(node.spec().name() + " log", log));
    }

    private Schedule schedule() {
        if (planned == null) {
            throw new IllegalStateException("nothing ran yet: run a workload before asking for expectations");
        }
        return planned;
    }

    private final class Observer implements RunObserver {

        private @Nullable RunProgress progress;

        @Override
        public void planned(Schedule schedule) {
            planned = schedule;
            showNotFeasible();
        }

        @Override
        public IntConsumer sending(String title, int requests) {
            progress = console.start(title, requests);
            return progress;
        }

        @Override
        public void sent() {
            if (progress != null) {
                progress.close();
            }
        }
    }
}
