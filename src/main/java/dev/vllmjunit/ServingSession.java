package dev.vllmjunit;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.assertion.ExpectationTable;
import dev.vllmjunit.bench.BenchmarkRunner;
import dev.vllmjunit.bench.RateSearcher;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.RateSearch;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.SearchLimits;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.faults.During;
import dev.vllmjunit.faults.Faults;
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
import java.util.Optional;
import java.util.function.DoubleFunction;

/** The running topology of one class, its runs, and their report. */
final class ServingSession implements ServingStack, AutoCloseable {

    private final Topology topology;
    private final Profile profile;
    private final RunningStack stack;
    private final URI endpoint;
    private final BenchmarkRunner runner;
    private final Faults faults;
    private final RepeatedRuns repeated;
    private final SessionReport report;
    private final List<BenchmarkResult> results = new ArrayList<>();
    private int resultsBefore;
    private int judged;
    private Optional<String> notUndone = Optional.empty();

    ServingSession(
            Topology topology,
            Profile profile,
            RunningStack stack,
            URI endpoint,
            BenchmarkRunner runner,
            Faults faults,
            RepeatedRuns repeated,
            SessionReport report) {
        this.topology = topology;
        this.profile = profile;
        this.stack = stack;
        this.endpoint = endpoint;
        this.runner = runner;
        this.faults = faults;
        this.repeated = repeated;
        this.report = report;
    }

    @Override
    public BenchmarkResult run(Workload workload, CacheState state) {
        return run(workload, state, During.nothing());
    }

    @Override
    public Faults faults() {
        return faults;
    }

    @Override
    public BenchmarkResult run(Workload workload, CacheState state, During during) {
        notUndone.ifPresent(why -> {
            throw new InvalidRunException(InvalidReason.STACK_LOST, why);
        });
        report.running(demand -> notFeasible(state, demand));
        repeated.calling(state);
        BenchmarkResult run = repeated.numbered(runner.run(workload, state, during));
        results.add(run);
        report.ran(run);
        run.injected().forEach(what -> report.line("On purpose: " + what));
        BenchmarkResult seen = repeated.seen(run.requireRightOutputs());
        if (seen.runs().size() > 1) {
            results.set(results.size() - 1, seen);
            report.ran(seen);
        }
        return seen;
    }

    @Override
    public RateSearch maxRateMeeting(
            DoubleFunction<? extends Workload> workload, CacheState state, Slo slo, SearchLimits limits) {
        repeated.refuse("maxRateMeeting");
        RateSearch search = RateSearcher.search(slo, limits, rate -> probe(workload.apply(rate), state, slo));
        report.line("Search: " + search.describe());
        return search;
    }

    private BenchmarkResult probe(Workload workload, CacheState state, Slo slo) {
        BenchmarkResult result = run(workload, state);
        report.stated(result, slo);
        return result;
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
        List<BenchmarkResult> undisturbed =
                results.stream().filter(run -> run.injections().isEmpty()).toList();
        ExpectationTable table =
                ExpectationTable.of(profile.expectations(), stack.provisioner(), undisturbed, feasibility::verdict);
        if (results.stream().noneMatch(Repetitions::isPreliminary)) {
            report.expectations(table);
        }
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

    /** A repetition begins: it sees its own results in place of the one's before. */
    void begin(Repetition repetition) {
        if (repetition.number() == 1) {
            resultsBefore = results.size();
        }
        results.subList(resultsBefore, results.size()).clear();
        repeated.begin(repetition);
    }

    /** The body of a repetition has returned. */
    void returned() {
        repeated.returned();
    }

    /** No repetition follows any more. */
    void repeated() {
        repeated.over();
    }

    /** Adds logs and counters to the report of a test that has run something. */
    void testEnded(Optional<Throwable> failure) {
        try {
            faults.undo();
        } catch (RuntimeException e) {
            notUndone = Optional.of("faults on purpose of an earlier test could not be undone: " + e.getMessage());
            throw e;
        } finally {
            report.testEnded(stack, runner, failure);
        }
    }

    void passed(String test) {
        report.judged(Verdicts.passed(test, runsSinceVerdict()));
    }

    void ended(String test, Throwable thrown) {
        report.judged(Verdicts.of(test, thrown, runsSinceVerdict()));
    }

    void skipped(String test, String why) {
        report.skipped(test, why);
    }

    private int runsSinceVerdict() {
        int runs = results.size() - judged;
        judged = results.size();
        return runs;
    }

    @Override
    public void close() {
        report.finished(results);
    }
}
