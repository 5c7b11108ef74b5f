package dev.vllmjunit.provision.docker;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.vllm.FreePorts;
import dev.vllmjunit.provision.vllm.LmCacheWriter;
import dev.vllmjunit.provision.vllm.NodeCommand;
import dev.vllmjunit.provision.vllm.S3Writer;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A node and its container.
 *
 * @param command what vLLM is told
 * @param container what runs it
 */
record DockerNode(NodeCommand command, ContainerSpec container) {

    /** Of a node on a CPU, unless the profile says more: its host has other nodes, too. */
    private static final int THREADS = 1;

    private static final List<String> KEYS = List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN");
    private static final String HUGGING_FACE = "HF_TOKEN";

    /**
     * One of a topology.
     *
     * @param position among all nodes
     * @param writer how it keeps its KV cache in S3, if it does
     */
    static DockerNode of(ProvisionRequest request, NodeSpec spec, int position, Optional<S3Writer> writer) {
        DockerSettings settings = request.profile().docker();
        Served served = Served.of(request);
        OptionalInt first = request.topology().kvTransfer().sideChannelPort();
        NodeCommand command = new NodeCommand(
                spec,
                request.topology().model(),
                request.topology().kvTransfer(),
                served.path(),
                settings.address(spec.host()),
                spec.port().orElseGet(FreePorts::next),
                first.isPresent() ? first.getAsInt() + position : FreePorts.next(),
                writer,
                spec.accelerator() == Accelerator.CPU ? OptionalInt.of(THREADS) : OptionalInt.empty());
        return new DockerNode(command, container(settings, served, command));
    }

    private static ContainerSpec container(DockerSettings settings, Served served, NodeCommand command) {
        NodeSpec spec = command.spec();
        DeviceFlags devices = DeviceFlags.of(spec.accelerator());
        Map<String, String> environment = new HashMap<>(devices.environment());
        environment.putAll(command.environment());
        TreeMap<String, String> secrets = new TreeMap<>();
        for (String name : KEYS) {
            Optional.ofNullable(environment.remove(name)).ifPresent(value -> secrets.put(name, value));
        }
        Optional.ofNullable(System.getenv(HUGGING_FACE)).ifPresent(token -> secrets.put(HUGGING_FACE, token));
        List<String> line = new ArrayList<>(served.prefix());
        line.add("vllm");
        line.addAll(command.arguments());
        return new ContainerSpec(
                spec.name(),
                spec.host(),
                spec.image().orElseThrow(),
                line,
                new TreeMap<>(environment),
                secrets,
                settings.volumes(),
                devices,
                command.s3().filter(LmCacheWriter.class::isInstance).isPresent()
                        ? Ipc.of(CacheServer.NAME)
                        : Ipc.own(settings.shmSize()),
                Optional.empty());
    }
}
