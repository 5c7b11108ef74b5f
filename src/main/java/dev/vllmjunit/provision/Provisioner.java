package dev.vllmjunit.provision;

import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Topology;
import java.util.List;

/**
 * A place where topologies can run, found by {@link java.util.ServiceLoader} and chosen by {@code vllm.stack}.
 * Implementations are stateless and thread-safe.
 */
public interface Provisioner {

    /** The name {@code vllm.stack} selects it by: lower case, one word. */
    String name();

    /**
     * Why this provisioner cannot run the topology, or {@link Suitability#able()}. Starts nothing and opens no connection.
     */
    Suitability examine(ProvisionRequest request);

    /**
     * The topology as it runs here, for checks before the start: a place may put another device under a node, or keep all of them
     * on one host.
     */
    default Topology effective(Topology declared, Profile profile) {
        return declared;
    }

    /** Whether a start makes engines from the configuration; a wrong one is then not started. */
    default boolean startsEngines() {
        return false;
    }

    /** The lines that would start the same by hand, in their order; each call draws ports that the profile does not pin anew. */
    default List<String> commands(ProvisionRequest request) {
        return List.of();
    }

    /**
     * Starts the topology and returns once every node is ready.
     *
     * @throws ProvisionException if it could not; whatever had been started is closed by then
     */
    RunningStack start(ProvisionRequest request);
}
