package dev.vllmjunit.provision.local;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.local.install.EngineHome;
import dev.vllmjunit.provision.local.install.Installation;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile.LocalSettings;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What the local stack cannot do, said before anything is started. */
final class LocalLimits {

    private static final String CONNECTOR = "NixlConnector";

    private LocalLimits() {}

    /** The first obstacle, with what would help. */
    static Optional<String> shortage(ProvisionRequest request) {
        Topology topology = request.topology();
        LocalSettings local = request.profile().local();
        return Stream.of(
                        Installation.machineShortage(),
                        connector(topology),
                        topology.nodes().stream()
                                .flatMap(node -> tensorParallelism(topology, node).stream())
                                .findFirst(),
                        home(local),
                        topology.s3Cache().flatMap(s3 -> cache(s3, topology, local)),
                        model(local))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> connector(Topology topology) {
        String connector = topology.kvTransfer().connector();
        return unless(
                connector.equals(CONNECTOR),
                "kvTransfer.connector is " + connector + ", but local nodes are started with " + CONNECTOR + " only");
    }

    private static Optional<String> tensorParallelism(Topology topology, NodeSpec node) {
        return unless(
                node.tensorParallelism() == 1,
                node.name() + " has tensorParallelism " + node.tensorParallelism() + " and serves "
                        + topology.model().id()
                        + ", but a local node is one CPU process; leave vllm.profile out or set -Dvllm.profile=local, and"
                        + " leave tensorParallelism out of the annotations");
    }

    private static Optional<String> cache(S3CacheSpec s3, Topology topology, LocalSettings local) {
        return switch (s3.writer()) {
            case LMCACHE -> chunks(s3, topology);
            case OBJ -> addressing(s3).or(() -> local.home().flatMap(LocalLimits::objectPlugin));
        };
    }

    private static Optional<String> chunks(S3CacheSpec s3, Topology topology) {
        int blockSize = topology.prefill().get(0).blockSize();
        return unless(
                s3.chunkTokens() % blockSize == 0,
                "s3Cache.chunkTokens is " + s3.chunkTokens()
                        + ", but must be a multiple of prefill.blockSize, which is " + blockSize);
    }

    private static Optional<String> addressing(S3CacheSpec s3) {
        return unless(
                s3.pathStyle(),
                "s3Cache.writer is OBJ and s3Cache.pathStyle is false, but vLLM's tiering always puts the bucket into the"
                        + " path; write pathStyle: true, or writer: LMCACHE");
    }

    private static Optional<String> objectPlugin(Path home) {
        return unless(
                EngineHome.objectPlugins(home).isPresent(),
                "s3Cache.writer is OBJ, but vllm.local.home, " + home
                        + ", holds no NIXL with an OBJ plugin that works on any machine; install nixl-cu12 there, leave"
                        + " vllm.local.home out for an environment that is built, or write LMCACHE");
    }

    private static Optional<String> home(LocalSettings local) {
        return local.home().flatMap(home -> EngineHome.shortage(home)
                .map(said -> "vllm.local.home is " + home + ", which " + said));
    }

    private static Optional<String> model(LocalSettings local) {
        return local.model()
                .filter(model -> !Files.isRegularFile(model.resolve("config.json")))
                .map(model -> "vllm.local.model is " + model
                        + ", which holds no config.json; name a model directory as Hugging Face lays it out");
    }

    private static Optional<String> unless(boolean holds, String shortage) {
        return holds ? Optional.empty() : Optional.of(shortage);
    }
}
