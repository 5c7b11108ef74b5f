package dev.vllmjunit.provision;

import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.topology.BearerToken;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a provisioner is asked to run.
 *
 * @param topology what the test class declared
 * @param profile the place-specific settings behind it
 * @param logDirectory where node logs go; exists
 * @param startTimeout longest time until a node that was started answers; more than 0
 * @param token what a deployment that runs already wants to see
 * @param tls for its https URLs and those of an object store
 * @param progress told what a long start is doing, a line each; called from any thread
 */
public record ProvisionRequest(
        Topology topology,
        Profile profile,
        Path logDirectory,
        Duration startTimeout,
        Optional<BearerToken> token,
        Tls tls,
        Consumer<String> progress) {

    /** Without a token, and with nobody to tell about progress. */
    public ProvisionRequest(Topology topology, Profile profile, Path logDirectory, Duration startTimeout) {
        this(topology, profile, logDirectory, startTimeout, Optional.empty(), Tls.ofJvm(), line -> {});
    }
}
