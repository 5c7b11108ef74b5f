package dev.vllmjunit.bench;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.StackMetrics;
import dev.vllmjunit.evidence.TokenAccounting;
import dev.vllmjunit.faults.During;
import dev.vllmjunit.faults.Faults;
import dev.vllmjunit.faults.InjectedRun;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.ObjectStoreException;
import dev.vllmjunit.load.LoadDriver;
import dev.vllmjunit.load.LoadResult;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.workload.Schedule;
import dev.vllmjunit.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Runs workloads on one running stack, one after the other. Not thread-safe: a stack measures one thing at a time.
 */
public final class BenchmarkRunner {

    private final Topology topology;
    private final RunningStack stack;
    private final Entrance entrance;
    private final LoadDriver driver;
    private final RunLimits limits;
    private final RunObserver observer;
    private final Faults faults;
    private final NodeControl control;
    private final MetricsScraper scraper;
    private final CacheStates states;
    private final StoreWatch store;
    private final OutputCheck outputs;
    private final Supervision supervision;
    private final Optional<CacheBucket> bucket;
    private boolean warmedUp;

    /**
     * For one stack.
     *
     * @param entrance where its requests go
     * @param bucket the object store behind the S3 tier, if there is one
     */
    public BenchmarkRunner(
            Topology topology,
            RunningStack stack,
            Entrance entrance,
            LoadDriver driver,
            Optional<CacheBucket> bucket,
            RunLimits limits,
            RunObserver observer) {
        this(
                topology,
                stack,
                entrance,
                driver,
                bucket,
                limits,
                observer,
                new Faults(stack, Optional.empty(), Optional.empty(), bucket));
    }

    /**
     * For one stack with links that can be disturbed.
     *
     * @param faults what can be done to it
     */
    public BenchmarkRunner(
            Topology topology,
            RunningStack stack,
            Entrance entrance,
            LoadDriver driver,
            Optional<CacheBucket> bucket,
            RunLimits limits,
            RunObserver observer,
            Faults faults) {
        this.topology = topology;
        this.stack = stack;
        this.entrance = entrance;
        this.driver = driver;
        this.bucket = bucket;
        this.limits = limits;
        this.observer = observer;
        this.faults = faults;
        this.control = new NodeControl(stack, topology.model().id(), limits);
        this.scraper = new MetricsScraper(stack, control);
        this.supervision = new Supervision(stack);
        this.states = new CacheStates(control, bucket, topology.cacheChunkTokens(), limits.settle());
        this.store = new StoreWatch(topology, stack, scraper, limits.settle());
        this.outputs = new OutputCheck(
                limits.integritySamples(),
                topology.model(),
                new Resending(
                        entrance.endpoint(),
                        stack.decode().get(0).endpoint(),
                        new GenerationCalls(limits.request(), stack.headers(), stack.tls())),
                observer);
    }

    /**
     * Brings the cache state about, runs the workload and returns what happened. A run that cannot be trusted is returned, too:
     * its problems say why.
     *
     * @throws InvalidRunException if the cache state could not be brought about, or a part of the stack ended or cannot be asked
     * @throws dev.vllmjunit.topology.DeclarationException if the topology has no cache that could hold the state
     */
    public BenchmarkResult run(Workload workload, CacheState state) {
        return run(workload, state, During.nothing());
    }

    /**
     * The same, with faults on purpose. What they bring about by themselves makes no run INVALID: failed requests, sources that disagree,
     * another cache state, altered objects, the end of a node that was killed. Outputs of answered requests are compared all the same.
     *
     * @throws RuntimeException as a step threw it
     */
    public BenchmarkResult run(Workload workload, CacheState state, During during) {
        return supervision.during(
                () -> injected(workload, state, during),
                result -> result.succeeded().size() < result.requests().size());
    }

    private BenchmarkResult injected(Workload workload, CacheState state, During during) {
        try (InjectedRun injected = new InjectedRun(faults, during)) {
            return unsupervised(workload, state, injected);
        } catch (ControlCallException e) {
            throw new InvalidRunException(
                    InvalidReason.NOT_OBSERVABLE, "a part of the stack does not answer: " + e.getMessage());
        }
    }

    private BenchmarkResult unsupervised(Workload workload, CacheState state, InjectedRun injected) {
        Schedule schedule = workload.plan(topology.model().id(), control.tokenizer());
        observer.planned(schedule);
        warmUp();
        StartState start = states.bringAbout(state, schedule, this::fill);
        if (state == CacheState.S3_AFTER_RESTART) {
            sendWarmUp();
        }
        return measure(schedule, state, start, injected);
    }

    /** Reads {@code /metrics} of every part, as text by node name. */
    public Map<String, String> rawMetrics() {
        return scraper.raw();
    }

    /** What the object store holds, in words, by who wrote it; empty for a topology without one. */
    public Optional<String> stored() {
        return bucket.map(BenchmarkRunner::stored);
    }

    private static String stored(CacheBucket bucket) {
        try {
            return bucket.summary().describe();
        } catch (ObjectStoreException e) {
            return "not read: " + e.getMessage();
        }
    }

    private BenchmarkResult measure(Schedule schedule, CacheState state, StartState start, InjectedRun injected) {
        Optional<StoreWatch.Reading> stored = store.begin();
        IntConsumer progress = observer.sending(
                "measuring " + schedule.name() + ", " + state,
                schedule.requests().size());
        entrance.takeTimelines();
        StackMetrics before = scraper.scrape();
        Instant startedAt = Instant.now();
        LoadResult load = send(start.salt().on(schedule), progress, injected::started);
        InjectedRun.Outcome faulty = injected.over();
        StackMetrics delta = countersAfter(load).minus(before);
        Map<String, HopTimeline> hops = entrance.takeTimelines();
        StoreWatch.Outcome traffic = store.end(stored);
        List<Problem> altered = Stream.of(start.objects().beforeTheRun(), states.alterations(start.objects()))
                .flatMap(Optional::stream)
                .toList();
        ServedFrom servedFrom = new ServedFrom(schedule, state, hops, TokenAccounting.tokens(delta));
        OutputCheck.Outcome compared = faulty.injections().isEmpty()
                ? outputs.check(schedule, load, start.salt(), servedFrom::describe)
                : outputs.checkAnswered(schedule, load, start.salt(), servedFrom::describe);
        if (faulty.damaged()) {
            control.dropEngineCaches();
        }
        return new ResultAssembly(topology, stack, entrance, schedule, state, start.fact(), startedAt, faulty)
                .assemble(load, hops, delta, altered, traffic, compared);
    }

    private StackMetrics countersAfter(LoadResult load) {
        try {
            return scraper.settled();
        } catch (ControlCallException e) {
            throw new InvalidRunException(
                    InvalidReason.REQUESTS_FAILED,
                    failures(load).orElse("all " + load.requests().size() + " requests were answered")
                            + "\n  and then a node's counters could not be read: " + e.getMessage());
        }
    }

    /** The first requests of a stack pay for handshakes between the nodes and for cold code: they are never measured. */
    private void warmUp() {
        if (!warmedUp) {
            sendWarmUp();
            warmedUp = true;
        }
    }

    private void sendWarmUp() {
        Workload shortPrompts = longDocumentQa()
                .documents(4)
                .documentLength(512)
                .repeat(2)
                .seed(-1)
                .outputTokens(4);
        sendUnmeasured(
                shortPrompts.plan(topology.model().id(), control.tokenizer()), "warming up the path through the nodes");
    }

    private void fill(Schedule schedule) {
        outputs.remember(schedule, sendUnmeasured(schedule, "filling the caches: " + schedule.name()));
    }

    private LoadResult sendUnmeasured(Schedule schedule, String title) {
        LoadResult load =
                send(schedule, observer.sending(title, schedule.requests().size()), startNanos -> {});
        requireAnswers(load);
        return load;
    }

    private LoadResult send(Schedule schedule, IntConsumer progress, LongConsumer started) {
        try {
            return driver.run(schedule, entrance.endpoint(), limits.request(), progress, started);
        } finally {
            observer.sent();
        }
    }

    private static void requireAnswers(LoadResult load) {
        failures(load).ifPresent(failures -> {
            throw new InvalidRunException(InvalidReason.REQUESTS_FAILED, "before the measurement, " + failures);
        });
    }

    private static Optional<String> failures(LoadResult load) {
        List<RequestRecord> failed =
                load.requests().stream().filter(request -> !request.succeeded()).toList();
        return failed.stream()
                .findFirst()
                .map(first -> failed.size() + " of " + load.requests().size() + " requests failed; the first, "
                        + first.requestId() + ": " + first.error().orElse(""));
    }
}
