package dev.vllmjunit;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.assertion.ExpectationTable;
import dev.vllmjunit.bench.BenchmarkRunner;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.topology.Feasibility;
import dev.vllmjunit.topology.Feasibility.Demand;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.Workload;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The running topology of one class, its runs, and their report. */
final class ServingSession implements ServingStack, AutoCloseable {

    private final Topology topology;
    private final Profile profile;
    private final RunningStack stack;
    private final URI endpoint;
    private final BenchmarkRunner runner;
    private final SessionReport report;
    private final List<BenchmarkResult> results = new ArrayList<>();

    ServingSession(
            Topology topology,
            Profile profile,
            RunningStack stack,
            URI endpoint,
            BenchmarkRunner runner,
            SessionReport report) {
        this.topology = topology;
        this.profile = profile;
        this.stack = stack;
        this.endpoint = endpoint;
        this.runner = runner;
        this.report = report;
    }

    @Override
    public BenchmarkResult run(Workload workload, CacheState state) {
        report.running(demand -> notFeasible(state, demand));
        BenchmarkResult result = runner.run(workload, state);
        results.add(result);
        report.ran(result);
        return result.requireRightOutputs();
    }

    /** What the profile expects of the guide's workload in this state, and no such hardware reaches. */
    private List<String> notFeasible(CacheState state, Demand demand) {
        Feasibility feasibility = new Feasibility(topology, profile.links(), demand);
        return profile.expectations().stream()
                .filter(row -> isGuides(demand) && row.state().equals(state.name()))
                .flatMap(row -> feasibility.verdict(row).map(why -> row.row() + ": " + why).stream())
                .toList();
    }

    /** The profile's expectations are about a workload of its own sizes, and no other. */
    private boolean isGuides(Demand demand) {
        Profile.Workload guide = profile.workload();
        return demand.documents() == guide.documents()
                && demand.requests() == guide.promptCount()
                && demand.outputTokens() == guide.outputTokens()
                && demand.concurrency() == guide.concurrency();
    }

    @Override
    public LongDocumentQa guideWorkload() {
        Profile.Workload workload = profile.workload();
        return longDocumentQa()
                .documents(workload.documents())
                .documentLength(workload.documentLength())
                .repeat(3)
                .promptCount(workload.promptCount())
                .outputTokens(workload.outputTokens())
                .concurrency(workload.concurrency());
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
        return stack.nodes();
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
