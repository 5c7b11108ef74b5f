package dev.vllmjunit;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.assertion.ExpectationTable;
import dev.vllmjunit.bench.BenchmarkRunner;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.topology.Feasibility;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.Workload;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The running topology of one class, its runs, and their report. */
final class ServingSession implements ServingStack, AutoCloseable {

    private final Topology topology;
    private final Profile profile;
    private final Settings settings;
    private final RunningStack stack;
    private final URI endpoint;
    private final BenchmarkRunner runner;
    private final SessionReport report;
    private final List<BenchmarkResult> results = new ArrayList<>();

    ServingSession(
            Topology topology,
            Profile profile,
            Settings settings,
            RunningStack stack,
            URI endpoint,
            BenchmarkRunner runner,
            SessionReport report) {
        this.topology = topology;
        this.profile = profile;
        this.settings = settings;
        this.stack = stack;
        this.endpoint = endpoint;
        this.runner = runner;
        this.report = report;
    }

    @Override
    public BenchmarkResult run(Workload workload, CacheState state) {
        report.running();
        BenchmarkResult result = runner.run(workload, state);
        results.add(result);
        report.ran(result);
        return result.requireRightOutputs();
    }

    @Override
    public LongDocumentQa guideWorkload() {
        return longDocumentQa()
                .documents(settings.get(Setting.DOCUMENTS).orElse(10))
                .documentLength(settings.get(Setting.DOCUMENT_LENGTH).orElse(20_000))
                .repeat(3)
                .promptCount(settings.get(Setting.PROMPT_COUNT).orElse(100))
                .outputTokens(settings.get(Setting.OUTPUT_TOKENS).orElse(20))
                .concurrency(settings.get(Setting.CONCURRENCY).orElse(4));
    }

    @Override
    public ExpectationTable expectations() {
        Feasibility feasibility = new Feasibility(topology, profile.links(), report.demand());
        ExpectationTable table =
                ExpectationTable.of(profile.expectations(), stack.provisioner(), results, feasibility::verdict);
        report.expectations(table);
        return table;
    }

    @Override
    public List<BenchmarkResult> results() {
        return List.copyOf(results);
    }

    @Override
    public Topology topology() {
        return topology;
    }

    @Override
    public Profile profile() {
        return profile;
    }

    @Override
    public String name() {
        return stack.provisioner();
    }

    @Override
    public boolean modelled() {
        return stack.modelled();
    }

    @Override
    public boolean restartsNodes() {
        return stack.restartsNodes();
    }

    @Override
    public void restart(RunningNode node) {
        stack.restart(node);
    }

    @Override
    public URI endpoint() {
        return endpoint;
    }

    @Override
    public List<RunningNode> nodes() {
        return Stream.concat(stack.prefill().stream(), stack.decode().stream()).toList();
    }

    /** Adds logs and counters to the report of a test that has run something. */
    void testEnded() {
        report.testEnded(stack, runner);
    }

    @Override
    public void close() {
        report.finished(results);
    }
}
