package dev.vllmjunit.provision;

import dev.vllmjunit.faults.link.FaultyLink;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
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
 * @param s3Link what the writer of the KV cache is to reach the object store through, where a test wants to disturb it
 */
public record ProvisionRequest(
        Topology topology,
        Profile profile,
        Path logDirectory,
        Duration startTimeout,
        Optional<BearerToken> token,
        Tls tls,
        Consumer<String> progress,
        Optional<FaultyLink> s3Link) {

    /** Without a link. */
    public ProvisionRequest(
            Topology topology,
            Profile profile,
            Path logDirectory,
            Duration startTimeout,
            Optional<BearerToken> token,
            Tls tls,
            Consumer<String> progress) {
        this(topology, profile, logDirectory, startTimeout, token, tls, progress, Optional.empty());
    }

    /** Without a token or a link, and with nobody to tell about progress. */
    public ProvisionRequest(Topology topology, Profile profile, Path logDirectory, Duration startTimeout) {
        this(topology, profile, logDirectory, startTimeout, Optional.empty(), Tls.ofJvm(), line -> {});
    }

    /** The same for another topology. */
    public ProvisionRequest with(Topology other) {
        return new ProvisionRequest(other, profile, logDirectory, startTimeout, token, tls, progress, s3Link);
    }

    /**
     * How the writer of the KV cache reaches the store: through the link, if there is one.
     *
     * @throws ProvisionException if it cannot
     */
    public ObjectStoreAccess linked(ObjectStoreAccess store) {
        try {
            return s3Link.map(link -> store.at(link.through(store.endpoint().getHost(), store.port())))
                    .orElse(store);
        } catch (IllegalArgumentException e) {
            throw new ProvisionException("@FaultyLinks puts a link before the object store, but " + e.getMessage(), e);
        }
    }
}
