package dev.vllmjunit.evidence;

import dev.vllmjunit.topology.Topology;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a run was measured under: no number travels without it.
 *
 * @param topology what was declared
 * @param stack name of the provisioner
 * @param modelled whether times come from a model of the hardware
 * @param workload the schedule's name
 * @param cacheState the state asked for and verified
 * @param startedAt wall clock time of the start
 * @param facts versions, machine, scale factors
 * @param repetition which of a test's repetitions it belongs to; empty for a run that is not repeated, or for all repetitions together
 */
public record RunConditions(
        Topology topology,
        String stack,
        boolean modelled,
        String workload,
        CacheState cacheState,
        Instant startedAt,
        Map<String, String> facts,
        Optional<Repetition> repetition) {

    /** Name of the fact that tells how much is sent at a time. */
    public static final String LOAD = "load";

    /** Name of the fact that requests went through a router of somebody else's: its URL. */
    public static final String EXTERNAL_ROUTER = "external router";

    /** Name of the fact that tells how many outputs were compared, or why none was. */
    public static final String COMPARED = "outputs compared with a fresh computation";

    /** Of a run that is not repeated. */
    public RunConditions(
            Topology topology,
            String stack,
            boolean modelled,
            String workload,
            CacheState cacheState,
            Instant startedAt,
            Map<String, String> facts) {
        this(topology, stack, modelled, workload, cacheState, startedAt, facts, Optional.empty());
    }

    /** Copies the facts. */
    public RunConditions {
        facts = Map.copyOf(facts);
    }

    /** How much is sent at a time; empty where nobody said so. */
    public String load() {
        return facts.getOrDefault(LOAD, "");
    }

    /** One line for messages, with the word "modelled" where it applies. */
    public String describe() {
        return workload + ", " + cacheState + ", " + stack + " stack" + (modelled ? " (times modelled)" : "") + ", "
                + topology.describe()
                + repetition.map(which -> ", " + which.describe()).orElse("");
    }

    /** The same for another repetition, or for none. */
    RunConditions in(Optional<Repetition> other) {
        return new RunConditions(topology, stack, modelled, workload, cacheState, startedAt, facts, other);
    }
}
