package dev.vllmjunit.provision;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether nodes that hand each other KV cache are of one kind, as far as they tell: found out before the first request, not by
 * transfers that fail or by text that is wrong. Immutable.
 */
public final class NodeAgreement {

    private static final Pattern BLOCK_SIZE = Pattern.compile("vllm:cache_config_info\\{.*?\\bblock_size=\"(\\d+)\"");

    private final List<RunningNode> nodes;
    private final Map<String, NodeInfo> infos;

    private NodeAgreement(List<RunningNode> nodes, Map<String, NodeInfo> infos) {
        this.nodes = nodes;
        this.infos = infos;
    }

    /**
     * Asks each node's {@code /metrics} and {@code /server_info}.
     *
     * @throws ProvisionException if one has other blocks than its profile says
     * @throws ControlCallException if one does not answer
     */
    public static NodeAgreement of(ControlClient control, List<RunningNode> nodes) {
        nodes.forEach(node -> requireBlockSize(control, node));
        return new NodeAgreement(
                nodes,
                nodes.stream()
                        .collect(Collectors.toMap(node -> node.spec().name(), node -> info(control, node.endpoint()))));
    }

    /** Unequal blocks on the two sides give wrong text under HTTP 200, with every counter as in health. */
    private static void requireBlockSize(ControlClient control, RunningNode node) {
        Matcher found = BLOCK_SIZE.matcher(control.getText(node.endpoint().resolve("/metrics")));
        if (found.find() && Integer.parseInt(found.group(1)) != node.spec().blockSize()) {
            throw new ProvisionException(describe(node) + " has blocks of " + found.group(1)
                    + " tokens, but the profile says " + node.spec().role().label() + ".blockSize: "
                    + node.spec().blockSize()
                    + "; prefill and decode nodes need equal blocks, or the decode node's text may silently be wrong:"
                    + " correct --block-size or the profile");
        }
    }

    private static NodeInfo info(ControlClient control, URI endpoint) {
        try {
            return NodeInfo.of(control.getJson(endpoint.resolve("/server_info?config_format=json")));
        } catch (ControlCallException e) {
            return NodeInfo.none();
        }
    }

    /** What each node says of itself, by node name. */
    public Map<String, NodeInfo> infos() {
        return infos;
    }

    /**
     * Compares each node with the first that tells as much. Builds of one release for several kinds of accelerator agree:
     * {@code 0.32.0+rocm} and {@code 0.32.0}.
     *
     * @throws ProvisionException naming two nodes that differ
     */
    public NodeAgreement require() {
        require("engine version", "run one vLLM release on all nodes", node -> Optional.of(release(node.version())));
        require("dtype", "give every node the same --dtype", node -> info(node).dtype());
        require("KV cache dtype", "give every node the same --kv-cache-dtype", node -> info(node)
                .kvDtype());
        return this;
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
