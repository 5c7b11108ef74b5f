package dev.vllmjunit.provision.docker;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.vllm.FreePorts;
import dev.vllmjunit.provision.vllm.LmCacheServer;
import dev.vllmjunit.provision.vllm.NodeCommand;
import dev.vllmjunit.provision.vllm.ObjWriter;
import dev.vllmjunit.provision.vllm.S3Writer;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * Which containers a topology is made of.
 *
 * @param nodes a command and a container per node, prefill nodes first
 * @param server the LMCache server and its container, if there is one
 * @param writer what keeps KV cache in S3, if anything does
 */
record DockerPlan(List<Node> nodes, Optional<Server> server, Optional<S3Writer> writer) {

    static final String SERVER = "lmcache-server";
    private static final int THREADS = 1;

    /** A node and its container. */
    record Node(NodeCommand command, ContainerSpec container) {}

    /** The LMCache server and its container. */
    record Server(LmCacheServer command, ContainerSpec container) {}

    static DockerPlan of(ProvisionRequest request, Optional<ObjectStoreAccess> store) {
        return new Planner(request, store).plan();
    }

    List<ContainerSpec> containers() {
        List<ContainerSpec> all = new ArrayList<>();
        server.ifPresent(part -> all.add(part.container()));
        nodes.forEach(node -> all.add(node.container()));
        return all;
    }

    private record Planner(ProvisionRequest request, Optional<ObjectStoreAccess> store) {

        DockerPlan plan() {
            Optional<Server> server = store.filter(access -> writes(S3CacheSpec.Writer.LMCACHE)).map(this::server);
            Optional<S3Writer> writer = server.map(part -> part.command().writer())
                    .or(() -> store.map(access -> new ObjWriter(
                            access,
                            topology().prefill().get(0).accelerator() == Accelerator.CPU,
                            Optional.empty(),
                            Optional.empty(),
                            topology().cacheChunkTokens())));
            List<Node> nodes = new ArrayList<>();
            for (NodeSpec spec : topology().nodes()) {
                nodes.add(node(spec, nodes.size(), writer));
            }
            return new DockerPlan(nodes, server, writer);
        }

        private Server server(ObjectStoreAccess access) {
            NodeSpec prefill = topology().prefill().get(0);
            LmCacheServer command = new LmCacheServer(
                    address(prefill.host()),
                    FreePorts.next(),
                    FreePorts.next(),
                    topology().s3Cache().orElseThrow().chunkTokens(),
                    access,
                    linked());
            List<String> line = new ArrayList<>(List.of("lmcache"));
            line.addAll(command.arguments(Optional.empty()));
            AwsCredentials keys = access.credentials().resolveCredentials();
            return new Server(
                    command,
                    new ContainerSpec(
                            SERVER,
                            prefill.host(),
                            settings().cacheServer()
                                    .flatMap(DockerSettings.Service::image)
                                    .or(prefill::image)
                                    .orElseThrow(),
                            line,
                            new TreeMap<>(Map.of("PYTHONHASHSEED", "0", "LMCACHE_TRACK_USAGE", "false")),
                            new TreeMap<>(Map.of(
                                    "AWS_ACCESS_KEY_ID",
                                    keys.accessKeyId(),
                                    "AWS_SECRET_ACCESS_KEY",
                                    keys.secretAccessKey())),
                            List.of(),
                            DeviceFlags.NONE,
                            Optional.empty(),
                            Optional.empty()));
        }

        private Node node(NodeSpec spec, int position, Optional<S3Writer> writer) {
            OptionalInt first = topology().kvTransfer().sideChannelPort();
            NodeCommand command = new NodeCommand(
                    spec,
                    topology().model(),
                    topology().kvTransfer(),
                    served(),
                    address(spec.host()),
                    spec.port().orElseGet(FreePorts::next),
                    first.isPresent() ? first.getAsInt() + position : FreePorts.next(),
                    spec.role() == NodeRole.PREFILL ? writer : Optional.empty(),
                    spec.accelerator() == Accelerator.CPU ? OptionalInt.of(THREADS) : OptionalInt.empty());
            return new Node(command, container(spec, command));
        }

        private ContainerSpec container(NodeSpec spec, NodeCommand command) {
            DeviceFlags devices = DeviceFlags.of(spec.accelerator());
            Map<String, String> environment = new HashMap<>(devices.environment());
            environment.putAll(command.environment());
            TreeMap<String, String> secrets = new TreeMap<>();
            for (String name : List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")) {
                Optional.ofNullable(environment.remove(name)).ifPresent(value -> secrets.put(name, value));
            }
            Optional.ofNullable(System.getenv("HF_TOKEN")).ifPresent(token -> secrets.put("HF_TOKEN", token));
            boolean sharesMemory = spec.role() == NodeRole.PREFILL && writes(S3CacheSpec.Writer.LMCACHE);
            return new ContainerSpec(
                    spec.name(),
                    spec.host(),
                    spec.image().orElseThrow(),
                    line(command),
                    new TreeMap<>(environment),
                    secrets,
                    settings().volumes(),
                    devices,
                    sharesMemory ? Optional.empty() : Optional.of(settings().shmSize()),
                    Optional.empty());
        }

        /** LMCache always puts the bucket into the host name; a served path that begins with it makes each request a path-style one. */
        private List<String> line(NodeCommand command) {
            List<String> line = new ArrayList<>();
            if (linked()) {
                String link = command.served();
                line.addAll(List.of(
                        "sh",
                        "-c",
                        "mkdir -p " + link.substring(0, link.lastIndexOf('/')) + " && ln -sfn "
                                + settings().model().orElseThrow() + " " + link + " && exec \"$0\" \"$@\""));
            }
            line.add("vllm");
            line.addAll(command.arguments());
            return line;
        }

        private String served() {
            return linked()
                    ? topology().s3Cache().orElseThrow().bucket() + "/"
                            + topology().model().id()
                    : settings().model().orElse(topology().model().id());
        }

        private boolean linked() {
            return writes(S3CacheSpec.Writer.LMCACHE)
                    && topology().s3Cache().orElseThrow().pathStyle()
                    && settings().model().filter(model -> model.startsWith("/")).isPresent();
        }

        private boolean writes(S3CacheSpec.Writer writer) {
            return topology().s3Cache().filter(s3 -> s3.writer() == writer).isPresent();
        }

        private String address(String host) {
            return Optional.ofNullable(settings().hosts().get(host))
                    .map(DockerSettings.Host::address)
                    .orElse(host);
        }

        private Topology topology() {
            return request.topology();
        }

        private DockerSettings settings() {
            return request.profile().docker();
        }
    }
}
