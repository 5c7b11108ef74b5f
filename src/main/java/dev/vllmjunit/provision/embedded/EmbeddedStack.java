package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.topology.NodeRole;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A topology that runs in this JVM. */
final class EmbeddedStack implements RunningStack {

    private final List<EmbeddedNode> nodes;
    private final Optional<URI> cacheServer;
    private final Optional<ObjectStoreAccess> objectStore;
    private final Map<String, String> facts;
    private final StartedParts parts;

    EmbeddedStack(
            ProvisionRequest request,
            List<EmbeddedNode> nodes,
            Optional<URI> cacheServer,
            Optional<ObjectStoreAccess> objectStore,
            StartedParts parts) {
        this.nodes = nodes;
        this.cacheServer = cacheServer;
        this.objectStore = objectStore;
        this.facts = StackFacts.of(request, objectStore);
        this.parts = parts;
    }

    @Override
    public String provisioner() {
        return EmbeddedProvisioner.NAME;
    }

    @Override
    public boolean modelled() {
        return true;
    }

    @Override
    public List<RunningNode> prefill() {
        return withRole(NodeRole.PREFILL);
    }

    @Override
    public List<RunningNode> decode() {
        return withRole(NodeRole.DECODE);
    }

    @Override
    public Optional<URI> cacheServer() {
        return cacheServer;
    }

    @Override
    public Optional<ObjectStoreAccess> objectStore() {
        return objectStore;
    }

    @Override
    public Map<String, String> facts() {
        return facts;
    }

    @Override
    public boolean restartsNodes() {
        return true;
    }

    @Override
    public void restart(RunningNode node) {
        nodes.stream()
                .filter(own -> own.node().equals(node))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(node.spec().name() + " is no node of this stack"))
                .restart();
    }

    @Override
    public void close() {
        parts.close();
    }

    private List<RunningNode> withRole(NodeRole role) {
        return nodes.stream()
                .map(EmbeddedNode::node)
                .filter(node -> node.spec().role() == role)
                .toList();
    }
}
