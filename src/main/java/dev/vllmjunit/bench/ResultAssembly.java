package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.CacheStateCheck;
import dev.vllmjunit.evidence.DriverCheck;
import dev.vllmjunit.evidence.Injection;
import dev.vllmjunit.evidence.Reconciliation;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.evidence.StackMetrics;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.evidence.TokenAccounting;
import dev.vllmjunit.evidence.TransferTotals;
import dev.vllmjunit.faults.InjectedRun;
import dev.vllmjunit.load.DriverHealth;
import dev.vllmjunit.load.Lateness;
import dev.vllmjunit.load.LoadResult;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.topology.Figures;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Puts together what the driver, the router and the counters say of one run. */
final class ResultAssembly {

    private static final String SUSPENDED =
            "REQUESTS_FAILED, SOURCES_DISAGREE, CACHE_STATE_NOT_REACHED, CACHE_ALTERED, and"
                    + " STACK_LOST for a node that was killed; wrong outputs and CLIENT_TOO_SLOW still count";

    private final Topology topology;
    private final RunningStack stack;
    private final Entrance entrance;
    private final Schedule schedule;
    private final CacheState state;
    private final Optional<String> stateFact;
    private final Instant startedAt;
    private final InjectedRun.Outcome faulty;

    /**
     * For one run.
     *
     * @param stateFact how the state came about, where that was not the usual way
     * @param faulty what was done to the stack on purpose
     */
    ResultAssembly(
            Topology topology,
            RunningStack stack,
            Entrance entrance,
            Schedule schedule,
            CacheState state,
            Optional<String> stateFact,
            Instant startedAt,
            InjectedRun.Outcome faulty) {
        this.topology = topology;
        this.stack = stack;
        this.entrance = entrance;
        this.schedule = schedule;
        this.state = state;
        this.stateFact = stateFact;
        this.startedAt = startedAt;
        this.faulty = faulty;
    }

    /** Of a run whose cache objects and outputs were looked at, too. */
    BenchmarkResult assemble(
            LoadResult load,
            Map<String, HopTimeline> hops,
            StackMetrics delta,
            List<Problem> altered,
            StoreWatch.Outcome traffic,
            OutputCheck.Outcome compared) {
        TokenAccount tokens = TokenAccounting.tokens(delta);
        TransferTotals transfers = TokenAccounting.transfers(delta);
        return new BenchmarkResult(
                conditions(load, traffic.fact(), compared.fact()),
                duration(load),
                load.requests(),
                hops,
                tokens,
                transfers,
                delta.flat(),
                Stream.of(
                                faulty.injections().isEmpty()
                                        ? problems(load, hops, tokens, transfers, delta, altered, traffic.problems())
                                        : amongFaults(load),
                                compared.problem().stream().toList(),
                                faulty.problem().stream().toList())
                        .flatMap(List::stream)
                        .toList(),
                compared.differences(),
                List.of(),
                faulty.injections(),
                compared.compared());
    }

    /** What is injected brings about the rest: failed requests, sources that disagree, another cache state, altered objects. */
    private static List<Problem> amongFaults(LoadResult load) {
        return DriverCheck.check(load.requests(), duration(load), load.health()).stream()
                .toList();
    }

    private List<Problem> problems(
            LoadResult load,
            Map<String, HopTimeline> hops,
            TokenAccount tokens,
            TransferTotals transfers,
            StackMetrics delta,
            List<Problem> altered,
            List<Problem> traffic) {
        List<Problem> all = new ArrayList<>(altered);
        all.addAll(problems(load, hops, tokens, transfers, delta, altered.isEmpty() ? traffic : List.of()));
        return all;
    }

    private static Duration duration(LoadResult load) {
        return Duration.ofNanos(Math.max(1, load.endNanos() - load.startNanos()));
    }

    private List<Problem> problems(
            LoadResult load,
            Map<String, HopTimeline> hops,
            TokenAccount tokens,
            TransferTotals transfers,
            StackMetrics delta,
            List<Problem> traffic) {
        List<Problem> problems = new ArrayList<>(Reconciliation.check(
                topology.model().kvBytesPerToken(),
                topology.decode().get(0).blockSize(),
                load.requests(),
                hops,
                tokens,
                transfers));
        // One after the other: what a state that was not reached brings with it is no finding of its own.
        if (problems.isEmpty()) {
            cacheState(tokens, delta).ifPresent(problems::add);
        }
        if (problems.isEmpty()) {
            problems.addAll(traffic);
        }
        if (problems.isEmpty()) {
            DriverCheck.check(load.requests(), duration(load), load.health()).ifPresent(problems::add);
        }
        return problems;
    }

    private Optional<Problem> cacheState(TokenAccount tokens, StackMetrics delta) {
        return new CacheStateCheck(
                        schedule,
                        tokens,
                        topology.prefill().get(0).blockSize(),
                        topology.cacheChunkTokens(),
                        TokenAccounting.tellsTiersApart(delta))
                .verify(state);
    }

    private RunConditions conditions(LoadResult load, Optional<String> traffic, String compared) {
        DriverHealth health = load.health();
        Map<String, String> facts = new TreeMap<>(stack.facts());
        facts.put(RunConditions.LOAD, load());
        facts.put("arrivals", arrivals());
        facts.put("driver send lateness", described(health.sending()));
        facts.put("driver loop lag", described(health.loop()));
        facts.put("garbage collection in the run", Figures.seconds(health.gcNanos() / 1e9));
        facts.put("compilers' work in the run", Figures.seconds(health.compilingNanos() / 1e9));
        facts.put("stolen CPU time", Figures.digits(100 * health.stealFraction()) + " %");
        if (entrance.external()) {
            facts.put(RunConditions.EXTERNAL_ROUTER, entrance.endpoint().toString());
            facts.put(
                    "not told by the external router",
                    "times of each hop; cached tokens of each request, which are not compared with the counters");
        }
        stateFact.ifPresent(fact -> facts.put("cache state", fact));
        traffic.ifPresent(fact -> facts.put("S3 requests in the run", fact));
        facts.put(RunConditions.COMPARED, compared);
        if (!faulty.injections().isEmpty()) {
            facts.put(
                    "faults on purpose",
                    faulty.injections().stream()
                            .map(injection -> injection.describe(load.startNanos()))
                            .collect(Collectors.joining("; ")));
            facts.put("suspended by the faults on purpose", SUSPENDED);
        }
        return new RunConditions(topology, stack.provisioner(), stack.modelled(), workload(), state, startedAt, facts);
    }

    /** A run with faults is no other run of the same workload. */
    private String workload() {
        return faulty.injections().isEmpty()
                ? schedule.name()
                : schedule.name()
                        + faulty.injections().stream()
                                .map(Injection::what)
                                .collect(Collectors.joining(", ", " with faults on purpose (", ")"));
    }

    /** The schedule's name tells what is asked, not how much at a time. */
    private String load() {
        return schedule.requests().size() + " requests, " + schedule.promptTokens() + " prompt tokens, "
                + schedule.outputTokens() + " output tokens; "
                + schedule.arrivals().describe();
    }

    /** Whether latencies tell of a stall (coordinated omission). */
    private String arrivals() {
        return schedule.arrivals().describe()
                + (schedule.arrivals().openLoop()
                        ? ": latency counts from the intended start, so that a stall shows in the tail"
                        : ": a stall delays later requests instead of showing in their latency, so that the tail is a lower bound");
    }

    private static String described(Lateness late) {
        return "mean " + Figures.seconds(late.meanNanos() / 1e9) + ", p99 " + Figures.seconds(late.p99Nanos() / 1e9)
                + ", largest " + Figures.seconds(late.maxNanos() / 1e9);
    }
}
