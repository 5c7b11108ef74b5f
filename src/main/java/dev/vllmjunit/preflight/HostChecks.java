package dev.vllmjunit.preflight;

import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Topology;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is asked of hosts that nodes are started on, through their shells. */
final class HostChecks {

    /** Where vLLM looks where nothing else is said. */
    private static final int SIDE_CHANNEL = 5600;

    /** Of the weights: what else a model's files hold, and what a download needs on the side. */
    private static final double OVERHEAD = 1.1;

    private static final String CACHE = "/.cache/huggingface";

    private final Site site;
    private final Topology topology;

    private HostChecks(Site site) {
        this.site = site;
        this.topology = site.topology();
    }

    static List<Check> of(Site site) {
        HostChecks checks = new HostChecks(site);
        return Stream.of(site.ofHosts(), checks.perHost(), checks.sideChannels())
                .<Check>flatMap(Collection::stream)
                .toList();
    }

    private List<Check> perHost() {
        Map<String, List<NodeSpec>> nodes = new LinkedHashMap<>();
        topology.nodes().stream()
                .filter(node -> site.hosts().containsKey(node.host()))
                .forEach(node -> nodes.computeIfAbsent(node.host(), name -> new ArrayList<>())
                        .add(node));
        return nodes.entrySet().stream()
                .flatMap(entry -> on(host(entry.getKey()), entry.getValue()).stream())
                .toList();
    }

    private Host host(String name) {
        return Optional.ofNullable(site.hosts().get(name)).orElseThrow();
    }

    private List<Check> on(Host host, List<NodeSpec> nodes) {
        List<Check> checks = new ArrayList<>(devices(host, nodes));
        nodes.stream().flatMap(node -> rdma(host, node)).distinct().forEach(checks::add);
        ports(host, nodes).ifPresent(checks::add);
        checks.addAll(model(host));
        checks.add(new ClockCheck(host.name(), Clock.of(host), Instant::now));
        return checks;
    }

    private static List<Check> devices(Host host, List<NodeSpec> nodes) {
        Map<Accelerator, Integer> needed = new EnumMap<>(Accelerator.class);
        nodes.forEach(node -> needed.merge(node.accelerator(), node.tensorParallelism(), Integer::sum));
        List<Check> checks = new ArrayList<>();
        needed.forEach((accelerator, devices) -> DeviceKind.of(accelerator).ifPresent(kind -> {
            checks.add(new DevicesCheck(host, kind, devices));
            checks.add(new DriverCheck(host, kind));
        }));
        if (needed.containsKey(Accelerator.ROCM)) {
            checks.add(new GroupsCheck(host));
        }
        return checks;
    }

    /** One per named port where UCX is told to use RDMA; without a name, any. */
    Stream<RdmaCheck> rdma(Host host, NodeSpec node) {
        String devices = node.environment().getOrDefault("UCX_NET_DEVICES", "all");
        boolean rdma = Stream.of(node.environment().getOrDefault("UCX_TLS", "").split(",", -1))
                .anyMatch(transport -> transport.matches("(rc|ud|dc)(_.*)?|ib|rdma"));
        double speed = site.request().profile().links().nixlGBps();
        if (!rdma) {
            return Stream.of();
        }
        return devices.equals("all")
                ? Stream.of(new RdmaCheck(host, Optional.empty(), speed))
                : Stream.of(devices.split(",", -1)).map(port -> new RdmaCheck(host, Optional.of(port), speed));
    }

    private Optional<Check> ports(Host host, List<NodeSpec> nodes) {
        Map<Integer, String> ports = new TreeMap<>(ThisMachineChecks.pinned(topology));
        ports.values().removeIf(use -> nodes.stream().noneMatch(node -> use.startsWith(node.name())));
        return ports.isEmpty() ? Optional.empty() : Optional.of(new PortsCheck(host, ports));
    }

    /** The model's files are in a volume, or in the image; a path that vLLM is told is the image's or a volume's own affair. */
    private List<Check> model(Host host) {
        DockerSettings docker = site.request().profile().docker();
        String id = docker.model().orElse(topology.model().id());
        if (id.startsWith("/")) {
            return List.of();
        }
        Optional<String> volume = docker.volumes().stream()
                .filter(text -> text.split(":", -1)[1].endsWith(CACHE))
                .map(text -> text.split(":", -1)[0].replaceFirst("^~", System.getProperty("user.home", "")))
                .findFirst();
        Host files = volume.isPresent() ? host : new Host(host.name(), host.address(), host.shell(), "");
        String cache = volume.orElse("/root" + CACHE);
        long bytes = (long) (topology.model().weightBytes() * OVERHEAD);
        boolean token = site.environment().containsKey("HF_TOKEN");
        return List.of(
                new ModelCheck(files, cache, id, token),
                new DiskCheck(files, cache, ModelCheck.directory(id), bytes, "the model's weights"));
    }

    private List<Check> sideChannels() {
        int port = topology.kvTransfer().sideChannelPort().orElse(SIDE_CHANNEL);
        List<Check> checks = new ArrayList<>();
        for (NodeSpec decode : topology.decode()) {
            for (NodeSpec prefill : topology.prefill()) {
                if (site.hosts().containsKey(decode.host()) && site.hosts().containsKey(prefill.host())) {
                    checks.add(new SideChannelCheck(host(decode.host()), host(prefill.host()), port + prefill.index()));
                }
            }
        }
        return checks.stream().distinct().toList();
    }
}
