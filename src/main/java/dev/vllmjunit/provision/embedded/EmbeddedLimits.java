package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile.EmbeddedSettings;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import java.util.Optional;
import java.util.stream.Stream;

/** What the embedded stack cannot do, said before anything is started. */
final class EmbeddedLimits {

    private static final int SEGMENT = 16;
    private static final String CONNECTOR = "NixlConnector";

    private EmbeddedLimits() {}

    /** The first obstacle, with what would help. */
    static Optional<String> shortage(ProvisionRequest request) {
        Topology topology = request.topology();
        return Stream.of(
                        connector(topology),
                        scale(topology.model(), request.profile().embedded()),
                        topology.nodes().stream()
                                .map(node -> node(node, request.profile().embedded()))
                                .flatMap(Optional::stream)
                                .findFirst(),
                        topology.s3Cache().flatMap(s3 -> cache(s3, topology)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> connector(Topology topology) {
        String connector = topology.kvTransfer().connector();
        return unless(
                connector.equals(CONNECTOR),
                "kvTransfer.connector is " + connector + ", but the embedded nodes speak " + CONNECTOR
                        + " only; write that, or choose another vllm.stack");
    }

    private static Optional<String> scale(ModelSpec model, EmbeddedSettings settings) {
        return unless(
                settings.kvScale() >= 1 && model.kvBytesPerToken() % settings.kvScale() == 0,
                "embedded.kvScale is " + settings.kvScale() + ", but must divide the " + model.kvBytesPerToken()
                        + " KV bytes of a token of " + model.id()
                        + " without a remainder; write a divisor, for instance a power of two");
    }

    private static Optional<String> node(NodeSpec node, EmbeddedSettings settings) {
        String blockSize = node.role().label() + ".blockSize is " + node.blockSize();
        return unless(
                        node.blockSize() % SEGMENT == 0,
                        blockSize + ", but the embedded nodes need a multiple of " + SEGMENT
                                + "; write for instance 16, 64 or 128")
                .or(() -> unless(
                        settings.deviceCacheTokens() >= 2L * node.blockSize(),
                        "embedded.deviceCacheTokens is " + settings.deviceCacheTokens() + ", but " + blockSize
                                + "; write at least two blocks, one of which is nobody's, as in vLLM"));
    }

    private static Optional<String> cache(S3CacheSpec s3, Topology topology) {
        return unless(
                        s3.writer() == S3CacheSpec.Writer.LMCACHE,
                        "s3Cache.writer is " + s3.writer()
                                + ", but the embedded cache server models LMCACHE only; write that, or choose another"
                                + " vllm.stack")
                .or(() -> topology.prefill().stream()
                        .map(node -> chunk(s3, node))
                        .flatMap(Optional::stream)
                        .findFirst());
    }

    private static Optional<String> chunk(S3CacheSpec s3, NodeSpec node) {
        return unless(
                s3.chunkTokens() % node.blockSize() == 0,
                "s3Cache.chunkTokens is " + s3.chunkTokens()
                        + ", but must be a multiple of prefill.blockSize, which is " + node.blockSize());
    }

    private static Optional<String> unless(boolean holds, String shortage) {
        return holds ? Optional.empty() : Optional.of(shortage);
    }
}
