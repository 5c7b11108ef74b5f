package dev.vllmjunit.lint;

import static dev.vllmjunit.lint.Severity.ERROR;
import static dev.vllmjunit.lint.Severity.WARNING;

import dev.vllmjunit.lint.Rule.Observed;
import dev.vllmjunit.topology.Accelerator;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What keeps KV cache from moving from prefill to decode, or moves it wrong. */
final class TransferRules {

    private static final String HOST = "VLLM_NIXL_SIDE_CHANNEL_HOST";
    private static final String LOOPBACK = "localhost|127\\..*|::1";
    private static final Map<Accelerator, String> TRANSPORTS =
            Map.of(Accelerator.ROCM, "rocm.*", Accelerator.GAUDI, "gaudi.*", Accelerator.CUDA, "cuda.*|gdr_copy");

    static final List<Rule> ALL = List.of(
            new Rule(
                    "side-channel-host-missing",
                    ERROR,
                    "NIXL's side channel binds and advertises localhost: decode on another host connects to itself, and"
                            + " every request fails after 5 s under HTTP 200",
                    "`VLLM_NIXL_SIDE_CHANNEL_HOST`: the prefill host's address as decode reaches it",
                    "0",
                    TransferRules::sideChannels),
            new Rule(
                    "handshake-compat-enforced",
                    ERROR,
                    "the attention backend is part of the handshake's hash: nodes on different kinds of accelerator refuse each"
                            + " other",
                    "`\"kv_connector_extra_config\": {\"enforce_handshake_compat\": false}` for NixlConnector; a profile:"
                            + " `kvTransfer.enforceHandshakeCompatibility: false`",
                    // Before this version there was no hash.
                    "0.13",
                    TransferRules::handshake),
            new Rule(
                    "block-size-differs",
                    ERROR,
                    "blocks of different sizes are refused or, worse, pulled into the wrong places: answers are wrong under"
                            + " HTTP 200",
                    "the same `--block-size` on every node",
                    "0",
                    TransferRules::blockSizes),
            new Rule(
                    "ucx-transport-without-device",
                    ERROR,
                    "UCX finds no such transport, and the node does not start",
                    "transports of the node's own accelerator in `UCX_TLS`, or `tcp,self,sm`",
                    "0",
                    deployment -> deployment.nixlNodes().flatMap(node -> foreignTransport(node).stream())),
            new Rule(
                    "kv-both-deprecated",
                    WARNING,
                    "NixlConnector warns that kv_both will be removed",
                    "`\"kv_role\": \"kv_producer\"` on prefill, `\"kv_consumer\"` on decode",
                    "0.23",
                    deployment -> deployment.nodes().stream()
                            .filter(node -> node.has(connector ->
                                    connector.isNixl() && connector.role().equals("kv_both")))
                            .map(node -> new Observed(node.connectorsAt(), "NixlConnector has kv_role kv_both"))));

    private TransferRules() {}

    /** A profile always names a host; loopback is right where every node is there. */
    private static Stream<Observed> sideChannels(Deployment deployment) {
        boolean elsewhere = deployment.nodes().stream()
                .flatMap(node -> node.variable(HOST).stream())
                .anyMatch(host -> !host.text().matches(LOOPBACK));
        return deployment
                .nixlNodes()
                .filter(Node::mayPrefill)
                .filter(node -> node.variable(HOST)
                        .map(host -> elsewhere && host.text().matches(LOOPBACK))
                        .orElse(true))
                .map(node -> new Observed(
                        node.variable(HOST)
                                .or(() -> node.variable("VLLM_NIXL_SIDE_CHANNEL_PORT"))
                                .map(Stated::where)
                                .orElse(node.where()),
                        node.name()
                                + node.variable(HOST)
                                        .map(host -> " advertises " + host.text() + " to nodes on other hosts")
                                        .orElse(" has no VLLM_NIXL_SIDE_CHANNEL_HOST")));
    }

    private static Stream<Observed> handshake(Deployment deployment) {
        List<Accelerator> kinds = deployment
                .nixlNodes()
                .flatMap(node -> node.accelerator().stream())
                .distinct()
                .toList();
        return deployment
                .nixlNodes()
                .filter(node -> kinds.size() > 1 && node.mayDecode() && node.has(TransferRules::enforces))
                .map(node -> new Observed(
                        node.connectorsAt(),
                        node.name() + " pulls from another kind of accelerator ("
                                + kinds.stream().map(Enum::name).collect(Collectors.joining(" and "))
                                + ") without enforce_handshake_compat false"));
    }

    private static boolean enforces(Connector connector) {
        return connector.isNixl()
                && connector.extra().path("enforce_handshake_compat").asBoolean(true);
    }

    private static Stream<Observed> blockSizes(Deployment deployment) {
        List<Stated> sizes = deployment
                .nixlNodes()
                .flatMap(node -> node.options().value("--block-size").stream())
                .toList();
        return sizes.stream()
                .filter(size -> !size.text().equals(sizes.get(0).text()))
                .map(size -> Observed.at(
                        size,
                        "block size " + size.text() + " here, " + sizes.get(0).text() + " elsewhere"));
    }

    private static Optional<Observed> foreignTransport(Node node) {
        return node.accelerator().flatMap(own -> node.variable("UCX_TLS")
                .flatMap(list -> Arrays.stream(list.text().split(","))
                        .map(String::strip)
                        .filter(transport -> isForeign(transport, own))
                        .findFirst()
                        .map(transport -> Observed.at(
                                list, "UCX_TLS names " + transport + ", but " + node.name() + " computes on " + own))));
    }

    private static boolean isForeign(String transport, Accelerator own) {
        return TRANSPORTS.entrySet().stream()
                .anyMatch(known -> transport.matches(known.getValue()) && !Objects.equals(known.getKey(), own));
    }
}
