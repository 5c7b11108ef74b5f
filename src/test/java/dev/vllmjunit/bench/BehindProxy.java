package dev.vllmjunit.bench;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stack whose prefill node is reached at another endpoint. Does not close it. */
record BehindProxy(RunningStack stack, URI proxy) implements RunningStack {

    @Override
    public String provisioner() {
        return stack.provisioner();
    }

    @Override
    public boolean modelled() {
        return stack.modelled();
    }

    @Override
    public List<RunningNode> prefill() {
        return stack.prefill().stream()
                .map(node -> new RunningNode(node.spec(), proxy, node.version(), node.log()))
                .toList();
    }

    @Override
    public List<RunningNode> decode() {
        return stack.decode();
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

    @Override
    public void close() {}
}
