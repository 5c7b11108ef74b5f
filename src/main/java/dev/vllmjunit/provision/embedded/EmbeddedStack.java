package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.StartedParts;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A topology that runs in this JVM. */
final class EmbeddedStack implements RunningStack {

    private final List<EmbeddedNode> nodes;
    private final Optional<URI> cacheServer;
    private final Optional<ObjectStoreAccess> objectStore;
    private final Optional<Supplier<StoreTraffic>> storeTraffic;
    private final Map<String, String> facts;
    private final StartedParts parts;
    private final boolean linked;

    EmbeddedStack(
            ProvisionRequest request,
            List<EmbeddedNode> nodes,
            Optional<URI> cacheServer,
            Optional<EmbeddedStore> store,
            StartedParts parts) {
        this.nodes = nodes;
        this.cacheServer = cacheServer;
        this.objectStore = store.map(EmbeddedStore::cleared);
        int kvScale = request.profile().embedded().kvScale();
        this.storeTraffic = store.flatMap(EmbeddedStore::traffic)
                .map(asHeld -> () -> asHeld.get().scaled(kvScale));
        this.facts = StackFacts.of(request, objectStore);
        this.parts = parts;
        this.linked = request.s3Link().isPresent();
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
    public List<RunningNode> nodes() {
        return nodes.stream().map(EmbeddedNode::node).toList();
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
    public Optional<Supplier<StoreTraffic>> storeTraffic() {
        return storeTraffic;
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
        own(node).restart();
    }

    @Override
    public void kill(RunningNode node) {
        own(node).kill();
    }

    @Override
    public void pause(RunningNode node) {
        own(node).pause();
    }

    @Override
    public void resume(RunningNode node) {
        own(node).resume();
    }

    @Override
    public boolean usesS3Link() {
        return linked;
    }

    @Override
    public boolean reachesLoopback() {
        return true;
    }

    private EmbeddedNode own(RunningNode node) {
        return nodes.stream()
                .filter(own -> own.node().equals(node))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(node.spec().name() + " is no node of this stack"));
    }

    @Override
    public void close() {
        parts.close();
    }
}
