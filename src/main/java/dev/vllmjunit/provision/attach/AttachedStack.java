package dev.vllmjunit.provision.attach;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.topology.BearerToken;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Nodes that somebody else runs.
 *
 * @param token what its parts want to see
 * @param tls for its https URLs
 * @param devices what each node says it computes on, by node name
 */
record AttachedStack(
        List<RunningNode> nodes,
        Map<String, String> devices,
        Optional<URI> cacheServer,
        Optional<URI> externalRouter,
        Optional<BearerToken> token,
        Tls tls,
        Optional<ObjectStoreAccess> objectStore)
        implements RunningStack {

    @Override
    public String provisioner() {
        return "attach";
    }

    @Override
    public Map<String, String> headers() {
        return token.map(BearerToken::headers).orElse(Map.of());
    }

    @Override
    public boolean modelled() {
        return false;
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        nodes.forEach(node -> facts.put(node.spec().name(), describe(node)));
        facts.put("vLLM", perNode(RunningNode::version));
        facts.put("hardware", perNode(this::device));
        cacheServer.ifPresent(server -> facts.put("cache server", server.toString()));
        objectStore.ifPresent(store -> facts.put("object store", store.toString()));
        return facts;
    }

    /** A declared accelerator is a wish; what the node really computes on is a fact. */
    private String describe(RunningNode node) {
        return node.endpoint() + ", vLLM " + node.version() + " on " + device(node) + " (declared "
                + node.spec().accelerator() + ")";
    }

    private String device(RunningNode node) {
        return devices.getOrDefault(node.spec().name(), "a device it does not tell");
    }

    private String perNode(Function<RunningNode, String> fact) {
        return nodes.stream()
                .map(node -> node.spec().name() + " " + fact.apply(node))
                .collect(Collectors.joining("; "));
    }

    @Override
    public void close() {
        // Nothing was started.
    }
}
