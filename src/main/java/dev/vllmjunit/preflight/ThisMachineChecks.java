package dev.vllmjunit.preflight;

import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is asked of the machine that this process runs on. */
final class ThisMachineChecks {

    private static final long GIB = 1L << 30;
    private static final long TO_BUILD = 9 * GIB;
    private static final long TO_RUN = 2 * GIB;

    private ThisMachineChecks() {}

    static List<Check> of(Site site) {
        boolean local = site.stack().equals("local");
        List<Check> checks = new ArrayList<>();
        Map<Integer, String> ports = local ? pinned(site.topology()) : new TreeMap<>();
        site.routerPort().ifPresent(port -> ports.put(port, "router"));
        if (!ports.isEmpty()) {
            checks.add(new PortsCheck(Host.here(), ports));
        }
        if (local) {
            checks.add(space(site));
        }
        return checks;
    }

    /** Nodes' own, and a side channel for each, counted from the first. */
    static Map<Integer, String> pinned(Topology topology) {
        Map<Integer, String> ports = new TreeMap<>();
        OptionalInt sideChannel = topology.kvTransfer().sideChannelPort();
        List<NodeSpec> nodes = topology.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            String name = nodes.get(i).name();
            nodes.get(i).port().ifPresent(port -> ports.put(port, name));
            if (sideChannel.isPresent()) {
                ports.put(sideChannel.getAsInt() + i, name + "'s side channel");
            }
        }
        return ports;
    }

    private static Check space(Site site) {
        String base = site.environment().getOrDefault("XDG_CACHE_HOME", "");
        Path cache = (base.isBlank() ? Path.of(System.getProperty("user.home", "."), ".cache") : Path.of(base))
                .resolve("vllm-junit")
                .toAbsolutePath();
        return site.request().profile().local().home().isPresent() || isBuilt(cache)
                ? new DiskCheck(
                        Host.here(), System.getProperty("java.io.tmpdir", "/tmp"), TO_RUN, "what runs leave meanwhile")
                : new DiskCheck(Host.here(), cache.toString(), TO_BUILD, "the Python environment");
    }

    private static boolean isBuilt(Path cache) {
        if (!Files.isDirectory(cache)) {
            return false;
        }
        try (Stream<Path> built = Files.list(cache)) {
            return built.anyMatch(
                    path -> path.getFileName().toString().startsWith("local-") && Files.isDirectory(path));
        } catch (IOException e) {
            return false;
        }
    }
}
