package dev.vllmjunit.provision;

import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a provisioner is asked to run.
 *
 * @param topology what the test class declared
 * @param profile the place-specific settings behind it
 * @param logDirectory where node logs go; exists
 * @param startTimeout longest time until a node that was started answers; more than 0
 * @param progress told what a long start is doing, a line each; called from any thread
 */
public record ProvisionRequest(
        Topology topology, Profile profile, Path logDirectory, Duration startTimeout, Consumer<String> progress) {

    /** With nobody to tell about progress. */
    public ProvisionRequest(Topology topology, Profile profile, Path logDirectory, Duration startTimeout) {
        this(topology, profile, logDirectory, startTimeout, line -> {});
    }
}
