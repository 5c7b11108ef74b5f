package dev.vllmjunit.provision;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.topology.NodeRole;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A topology that runs. Closing it stops everything it started, and nothing else; closing twice is harmless. */
public interface RunningStack extends AutoCloseable {

    /** Name of the provisioner. */
    String provisioner();

    /** Whether times come from a model of the hardware instead of the hardware. */
    boolean modelled();

    /** Prefill nodes by index, then decode nodes by index; all ready. */
    List<RunningNode> nodes();

    /** Prefill nodes by index. */
    default List<RunningNode> prefill() {
        return withRole(NodeRole.PREFILL);
    }

    /** Decode nodes by index. */
    default List<RunningNode> decode() {
        return withRole(NodeRole.DECODE);
    }

    private List<RunningNode> withRole(NodeRole role) {
        return nodes().stream().filter(node -> node.spec().role() == role).toList();
    }

    /** The KV cache server between the prefill nodes and S3 ({@code lmcache server}'s HTTP port), if there is one. */
    Optional<URI> cacheServer();

    /** Headers that every request and every call to this stack has to carry; they may hold credentials. */
    default Map<String, String> headers() {
        return Map.of();
    }

    /** How every client of this stack speaks TLS, where an URL is an https one. */
    default Tls tls() {
        return Tls.ofJvm();
    }

    /** A router in front of the nodes that is not this project's, if requests have to go through it. */
    default Optional<URI> externalRouter() {
        return Optional.empty();
    }

    /** Where the S3 tier keeps its objects, if there is one. */
    Optional<ObjectStoreAccess> objectStore();

    /**
     * What the object store was asked for so far, as it counts itself: objects read and written, neither lists nor HEADs; sizes are
     * full-size KV bytes. Empty where the store shows its requests to nobody. Thread-safe.
     */
    default Optional<Supplier<StoreTraffic>> storeTraffic() {
        return Optional.empty();
    }

    /** Logs of parts that are no nodes, by name. */
    default Map<String, Path> logs() {
        return Map.of();
    }

    /** Further facts for the report: versions, devices, scale factors. Never a secret. */
    Map<String, String> facts();

    /** Whether {@link #restart} works here. */
    default boolean restartsNodes() {
        return false;
    }

    /**
     * Ends one node and starts it anew with the same configuration, and returns when it is ready. Its endpoint and its log stay; its
     * caches and its engine id do not.
     *
     * @throws ProvisionException if it does not start again
     * @throws UnsupportedOperationException if this stack did not start its nodes
     */
    default void restart(RunningNode node) {
        throw new UnsupportedOperationException("the " + provisioner() + " stack does not restart nodes, and so not "
                + node.spec().name());
    }

    /**
     * Ends one node at once, as a crash does; {@link #outage} keeps silent about it. {@link #restart} starts it anew.
     *
     * @throws UnsupportedOperationException if this stack did not start its nodes
     */
    default void kill(RunningNode node) {
        throw new UnsupportedOperationException(
                "the " + provisioner() + " stack did not start its nodes, and does not kill "
                        + node.spec().name() + "; run on the embedded, the local or the docker stack");
    }

    /**
     * Stops one node in what it does, as {@code SIGSTOP} does, until it is resumed: it accepts connections and is silent.
     *
     * @throws UnsupportedOperationException if this stack did not start its nodes
     */
    default void pause(RunningNode node) {
        throw new UnsupportedOperationException(
                "the " + provisioner() + " stack did not start its nodes, and does not pause "
                        + node.spec().name() + "; run on the embedded, the local or the docker stack");
    }

    /** Lets a paused node go on; harmless for another. */
    default void resume(RunningNode node) {}

    /** Whether the writer of the KV cache reaches the object store through {@link ProvisionRequest#s3Link}. */
    default boolean usesS3Link() {
        return false;
    }

    /** Whether its nodes reach ports of the loopback interface of this JVM. */
    default boolean reachesLoopback() {
        return false;
    }

    /**
     * What has ended although the stack is not closed, and why; empty while every part runs that can be watched. Cheap: asked
     * several times a second while a run lasts.
     */
    default Optional<String> outage() {
        return Optional.empty();
    }

    /** How long after somebody has seen a failure the end of the part behind it may still be unknown to {@link #outage}. */
    default Duration outageDelay() {
        return Duration.ZERO;
    }

    @Override
    void close();
}
