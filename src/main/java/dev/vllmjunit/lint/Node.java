package dev.vllmjunit.lint;

import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.NodeRole;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A node as it would be started.
 *
 * @param where it is declared
 * @param role empty where its configuration does not say
 * @param accelerator empty where its configuration does not say
 * @param environment what its process gets
 * @param options arguments of {@code vllm serve}
 * @param connectors what {@code --kv-transfer-config} names
 */
record Node(
        String where,
        Optional<NodeRole> role,
        Optional<Accelerator> accelerator,
        Map<String, Stated> environment,
        ServeOptions options,
        List<Connector> connectors) {

    private static final String KV_TRANSFER_CONFIG = "--kv-transfer-config";

    Node {
        environment = Map.copyOf(environment);
        connectors = List.copyOf(connectors);
    }

    /** A node whose role is to be seen from its connectors. */
    static Node of(
            String where, Optional<Accelerator> accelerator, Map<String, Stated> environment, List<Stated> serve) {
        ServeOptions options = ServeOptions.of(serve);
        List<Connector> connectors =
                options.value(KV_TRANSFER_CONFIG).map(Connector::of).orElse(List.of());
        return new Node(where, role(connectors), accelerator, environment, options, connectors);
    }

    Node in(NodeRole declared) {
        return new Node(where, Optional.of(declared), accelerator, environment, options, connectors);
    }

    private static Optional<NodeRole> role(List<Connector> connectors) {
        List<String> roles = connectors.stream().map(Connector::role).distinct().toList();
        return roles.contains("kv_producer")
                ? Optional.of(NodeRole.PREFILL)
                : roles.contains("kv_consumer") ? Optional.of(NodeRole.DECODE) : Optional.empty();
    }

    boolean mayPrefill() {
        return role.filter(NodeRole.DECODE::equals).isEmpty();
    }

    boolean mayDecode() {
        return role.filter(NodeRole.PREFILL::equals).isEmpty();
    }

    boolean has(Predicate<Connector> kind) {
        return connectors.stream().anyMatch(kind);
    }

    Optional<Stated> variable(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    /** Its variables of that prefix, by name. */
    Stream<Map.Entry<String, Stated>> variables(String prefix) {
        return environment.entrySet().stream()
                .filter(variable -> variable.getKey().startsWith(prefix))
                .sorted(Map.Entry.comparingByKey());
    }

    /** Whether its author wants its KV cache kept outside of the engine, working or not. */
    boolean wantsCache() {
        return has(Connector::isCache) || variables("LMCACHE_").findAny().isPresent();
    }

    /** Where its connectors are written, or else the node. */
    String connectorsAt() {
        return options.value(KV_TRANSFER_CONFIG).map(Stated::where).orElse(where);
    }

    /** For instance {@code the prefill node}. */
    String name() {
        return "the " + role.map(known -> known.label() + " ").orElse("") + "node";
    }

    /** Its HTTP port; vLLM's own unless it says another. */
    int port() {
        return options.value("--port")
                .map(Stated::text)
                .filter(text -> text.matches("\\d{1,5}"))
                .map(Integer::valueOf)
                .orElse(8000);
    }
}
