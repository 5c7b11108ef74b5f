package dev.vllmjunit.evidence;

import dev.vllmjunit.topology.Topology;
import java.time.Instant;
import java.util.Map;

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
 */
public record RunConditions(
        Topology topology,
        String stack,
        boolean modelled,
        String workload,
        CacheState cacheState,
        Instant startedAt,
        Map<String, String> facts) {

    /** Copies the facts. */
    public RunConditions {
        facts = Map.copyOf(facts);
    }

    /** One line for messages, with the word "modelled" where it applies. */
    public String describe() {
        return workload + ", " + cacheState + ", " + stack + " stack" + (modelled ? " (times modelled)" : "") + ", "
                + topology.describe();
    }
}
