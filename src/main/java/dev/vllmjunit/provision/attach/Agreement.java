package dev.vllmjunit.provision.attach;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.RunningNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether nodes that hand each other KV cache are of one kind, as far as they tell: found out before the first request, not by
 * transfers that fail or by text that is wrong.
 */
final class Agreement {

    private final List<RunningNode> nodes;
    private final Map<String, NodeInfo> infos;

    /** For these nodes, with what each says by node name. */
    Agreement(List<RunningNode> nodes, Map<String, NodeInfo> infos) {
        this.nodes = nodes;
        this.infos = infos;
    }

    /**
     * Compares each node with the first that tells as much. Builds of one release for several kinds of accelerator agree:
     * {@code 0.32.0+rocm} and {@code 0.32.0}.
     *
     * @throws ProvisionException naming two nodes that differ
     */
    void require() {
        require("engine version", "run one vLLM release on all nodes", node -> Optional.of(release(node.version())));
        require("dtype", "give every node the same --dtype", node -> info(node).dtype());
        require("KV cache dtype", "give every node the same --kv-cache-dtype", node -> info(node)
                .kvDtype());
    }

    private void require(String what, String remedy, Function<RunningNode, Optional<String>> told) {
        Map<String, RunningNode> kinds = new LinkedHashMap<>();
        nodes.forEach(node -> told.apply(node).ifPresent(value -> kinds.putIfAbsent(value, node)));
        if (kinds.size() > 1) {
            List<Map.Entry<String, RunningNode>> two = List.copyOf(kinds.entrySet());
            throw new ProvisionException(describe(two.get(0).getValue()) + " has " + what + " "
                    + two.get(0).getKey() + ", but " + describe(two.get(1).getValue()) + " has "
                    + two.get(1).getKey() + "; nodes that hand each other KV cache need the same: " + remedy);
        }
    }

    private NodeInfo info(RunningNode node) {
        return infos.getOrDefault(node.spec().name(), NodeInfo.none());
    }

    private static String describe(RunningNode node) {
        return node.spec().name() + " at " + node.endpoint();
    }

    private static String release(String version) {
        return version.replaceFirst("\\+.*", "");
    }
}
