package dev.vllmjunit.preflight;

import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Topology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The docker hosts of a topology.
 *
 * @param byName each once
 * @param checks of daemons and images
 */
record DockerSite(Map<String, DockerHost> byName, List<Check> checks) implements AutoCloseable {

    DockerSite {
        byName = new LinkedHashMap<>(byName);
        checks = List.copyOf(checks);
    }

    /** Opens no connection yet. */
    static DockerSite of(Topology topology, DockerSettings settings) {
        Map<String, DockerHost> hosts = new LinkedHashMap<>();
        topology.nodes().forEach(node -> hosts.computeIfAbsent(node.host(), name -> DockerHost.of(node, settings)));
        List<Check> checks = new ArrayList<>();
        hosts.values().forEach(host -> checks.add(new DaemonCheck(host)));
        for (NodeSpec node : topology.nodes()) {
            Optional.ofNullable(hosts.get(node.host()))
                    .ifPresent(host -> checks.add(new ImageCheck(node, host, settings.pull())));
        }
        return new DockerSite(hosts, checks);
    }

    /** None. */
    static DockerSite none() {
        return new DockerSite(Map.of(), List.of());
    }

    Map<String, Host> hosts() {
        return byName.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .host()));
    }

    @Override
    public void close() {
        Collection<DockerHost> hosts = byName.values();
        hosts.forEach(DockerHost::close);
    }
}
