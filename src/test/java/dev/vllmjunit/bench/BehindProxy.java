package dev.vllmjunit.bench;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A stack whose nodes are reached at other endpoints. Does not close it.
 *
 * @param proxies by the node's own endpoint
 */
record BehindProxy(RunningStack stack, Map<URI, URI> proxies) implements RunningStack {

    @Override
    public String provisioner() {
        return stack.provisioner();
    }

    @Override
    public boolean modelled() {
        return stack.modelled();
    }

    @Override
    public List<RunningNode> nodes() {
        return stack.nodes().stream().map(this::moved).toList();
    }

    @Override
    public Optional<URI> cacheServer() {
        return stack.cacheServer();
    }

    @Override
    public Optional<ObjectStoreAccess> objectStore() {
        return stack.objectStore();
    }

    @Override
    public Map<String, String> facts() {
        return stack.facts();
    }

    @Override
    public Optional<String> outage() {
        return stack.outage();
    }

    @Override
    public Duration outageDelay() {
        return stack.outageDelay();
    }

    private RunningNode moved(RunningNode node) {
        URI endpoint = proxies.getOrDefault(node.endpoint(), node.endpoint());
        return new RunningNode(node.spec(), endpoint, node.version(), node.log());
    }

    @Override
    public void close() {}
}
