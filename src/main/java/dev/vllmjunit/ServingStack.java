package dev.vllmjunit;

import dev.vllmjunit.assertion.ExpectationTable;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.RateSearch;
import dev.vllmjunit.evidence.SearchLimits;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.faults.During;
import dev.vllmjunit.faults.Faults;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.Workload;
import java.net.URI;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * The running topology of a test class, injected into its constructor, lifecycle methods and tests. Not thread-safe: it
 * measures one thing at a time.
 */
public interface ServingStack {

    /**
     * Brings the caches into a state, runs the workload through the router and returns what happened. The run appears in the
     * report of the current test.
     *
     * <p>In a test with {@link PerformanceTest#repetitions()} the result is preliminary in all repetitions but the last, which gets
     * the runs of all of them as one.
     *
     * @return the evidence, also of a run that cannot be trusted: assertions on it are then INVALID
     * @throws dev.vllmjunit.evidence.WrongOutputError if a compared output is not that of a fresh computation; the run is in the
     *     report and among the {@link #results()} all the same
     * @throws dev.vllmjunit.evidence.InvalidRunException if the state could not be brought about
     * @throws dev.vllmjunit.evidence.InvalidRunException if a repetition runs something else than the first
     * @throws dev.vllmjunit.topology.DeclarationException if the topology has no cache that could hold the state
     */
    BenchmarkResult run(Workload workload, CacheState state);

    /**
     * {@link #run(Workload, CacheState)}, with faults on purpose in mid-run; they are undone when the last request has ended. What
     * they bring about by themselves does not make the run INVALID: failed requests, sources that disagree, another cache state, altered
     * objects, the end of a node that was killed. Wrong outputs and a slow client still count.
     *
     * <pre>{@code
     * stack.run(workload, S3_ONLY, During.after(ofSeconds(2), faults -> faults.s3Link().cut())
     *         .andAfter(ofSeconds(5), faults -> faults.s3Link().heal()));
     * }</pre>
     *
     * @throws RuntimeException as a step threw it
     */
    BenchmarkResult run(Workload workload, CacheState state, During during);

    /**
     * What can be done to this stack on purpose, between runs or for the whole of the next ones; all of it is undone at the end of the
     * test.
     */
    Faults faults();

    /**
     * Searches for the highest rate that meets an SLO: runs the workload at one rate after the other, first by doubling or halving,
     * then within the bracket. Each run is in the report like any other. The rate is that of intended starts, so give arrivals that
     * don't wait for answers: {@code workload::poissonRate} of documents, {@code trace::requestRate} of a recorded trace, {@code
     * conversations::poissonRate}. Of conversations only first turns come at a rate, so that too high a rate shows less in what is left
     * behind than in the times to first token: bound those. Runs should last many times longer than a request, or nothing is known of
     * the long run: with 95 % of requests to be met, send 100 or more.
     *
     * @param workload the workload at so many requests per second
     * @return the evidence, also of a search that cannot be trusted: assertions on it are then INVALID
     * @throws dev.vllmjunit.evidence.WrongOutputError as {@link #run}
     * @throws dev.vllmjunit.evidence.InvalidRunException as {@link #run}, and in a repeated test: what a search runs depends on what it
     *     measures
     */
    RateSearch maxRateMeeting(
            DoubleFunction<? extends Workload> workload, CacheState state, Slo slo, SearchLimits limits);

    /** {@link #maxRateMeeting(DoubleFunction, CacheState, Slo, SearchLimits)} within {@link SearchLimits#STANDARD}. */
    default RateSearch maxRateMeeting(DoubleFunction<? extends Workload> workload, CacheState state, Slo slo) {
        return maxRateMeeting(workload, state, slo, SearchLimits.STANDARD);
    }

    /**
     * The guide's long-document question answering: 10 documents of 20,000 tokens, each asked three times and over again until
     * 100 prompts are sent, 4 at a time, 20 output tokens each. The profile's {@code workload} and {@code vllm.workload.*} override
     * its sizes, so that the same test class runs where the guide's are too large.
     */
    LongDocumentQa guideWorkload();

    /**
     * Holds the profile's expectations against the latest run of each cache state, and puts the table into the report. While results
     * are preliminary nothing is decided, nor reported.
     */
    ExpectationTable expectations();

    /** The runs of this class so far, oldest first, as {@link #run} returned them; of a repeated test those of its latest repetition. */
    List<BenchmarkResult> results();

    /** What was declared, filled up by the profile. */
    Topology topology();

    /** The profile in force. */
    Profile profile();

    /** Name of the stack: {@code embedded}, {@code local}, {@code attach}. */
    String name();

    /** Whether times come from a model of the hardware instead of the hardware. */
    boolean modelled();

    /** Whether nodes can be restarted here, as {@link CacheState#S3_AFTER_RESTART} asks. */
    boolean restartsNodes();

    /**
     * Ends one of the {@link #nodes()} and starts it anew at the same endpoint; returns when it is ready. Its caches are gone.
     *
     * @throws dev.vllmjunit.provision.ProvisionException if it does not start again
     * @throws UnsupportedOperationException where {@link #restartsNodes()} is false
     */
    void restart(RunningNode node);

    /** The router's endpoint, for requests of one's own. */
    URI endpoint();

    /** Prefill nodes, then decode nodes. */
    List<RunningNode> nodes();
}
