package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.KvTransferSpec;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Profile.AttachSettings;
import dev.vllmjunit.topology.Profile.EmbeddedSettings;
import dev.vllmjunit.topology.Profile.NodeDefaults;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Builds provision requests of a tiny model; each method returns a changed copy. */
record Requests(
        int prefill,
        int decode,
        int blockSize,
        int kvScale,
        OptionalInt prefillPort,
        OptionalInt sideChannelPort,
        String host,
        String connector,
        Optional<S3CacheSpec> s3) {

    /** 256 KV bytes per token. */
    static final ModelSpec MODEL = new ModelSpec("org/tiny", 1_000_000, 2, 64, 2, 16, 2, 8_192);

    static final S3CacheSpec S3 =
            new S3CacheSpec("kv-cache", Optional.empty(), "us-east-1", true, S3CacheSpec.Writer.LMCACHE, 64, "");

    static Requests onePrefillOneDecode() {
        return new Requests(
                1, 1, 16, 4, OptionalInt.empty(), OptionalInt.empty(), "127.0.0.1", "NixlConnector", Optional.empty());
    }

    Requests nodes(int newPrefill, int newDecode) {
        return new Requests(
                newPrefill, newDecode, blockSize, kvScale, prefillPort, sideChannelPort, host, connector, s3);
    }

    Requests blockSize(int size) {
        return new Requests(prefill, decode, size, kvScale, prefillPort, sideChannelPort, host, connector, s3);
    }

    Requests kvScale(int scale) {
        return new Requests(prefill, decode, blockSize, scale, prefillPort, sideChannelPort, host, connector, s3);
    }

    Requests prefillPort(int port) {
        return new Requests(
                prefill, decode, blockSize, kvScale, OptionalInt.of(port), sideChannelPort, host, connector, s3);
    }

    Requests sideChannelPort(int port) {
        return new Requests(
                prefill, decode, blockSize, kvScale, prefillPort, OptionalInt.of(port), host, connector, s3);
    }

    Requests host(String name) {
        return new Requests(prefill, decode, blockSize, kvScale, prefillPort, sideChannelPort, name, connector, s3);
    }

    Requests connector(String name) {
        return new Requests(prefill, decode, blockSize, kvScale, prefillPort, sideChannelPort, host, name, s3);
    }

    Requests s3(S3CacheSpec spec) {
        return new Requests(
                prefill, decode, blockSize, kvScale, prefillPort, sideChannelPort, host, connector, Optional.of(spec));
    }

    static S3CacheSpec s3(Optional<URI> endpoint, S3CacheSpec.Writer writer, int chunkTokens) {
        return new S3CacheSpec("kv-cache", endpoint, "us-east-1", true, writer, chunkTokens, "");
    }

    ProvisionRequest in(Path logs) {
        return in(logs, Optional.empty());
    }

    ProvisionRequest in(Path logs, Optional<Path> calibration) {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int i = 0; i < prefill; i++) {
            nodes.add(node(NodeRole.PREFILL, i, Accelerator.ROCM, prefillPort));
        }
        for (int i = 0; i < decode; i++) {
            nodes.add(node(NodeRole.DECODE, i, Accelerator.GAUDI, OptionalInt.empty()));
        }
        KvTransferSpec transfer = new KvTransferSpec(connector, "cpu", sideChannelPort, Duration.ofSeconds(30), false);
        NodeDefaults defaults = new NodeDefaults(
                Accelerator.ROCM, 8, blockSize, host, OptionalInt.empty(), Optional.empty(), Map.of(), List.of());
        Profile profile = new Profile(
                "test",
                MODEL,
                defaults,
                defaults,
                transfer,
                s3,
                new EmbeddedSettings(kvScale, 16_384, 16_384, 2_048, calibration),
                AttachSettings.NOTHING,
                List.of());
        return new ProvisionRequest(
                new Topology("test", MODEL, nodes, transfer, s3), profile, logs, Duration.ofSeconds(60));
    }

    private NodeSpec node(NodeRole role, int index, Accelerator accelerator, OptionalInt firstPort) {
        OptionalInt port = firstPort.isPresent() ? OptionalInt.of(firstPort.getAsInt() + index) : OptionalInt.empty();
        return new NodeSpec(role, index, accelerator, 8, blockSize, host, port, Optional.empty(), Map.of(), List.of());
    }
}
