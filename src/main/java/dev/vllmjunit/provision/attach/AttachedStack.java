package dev.vllmjunit.provision.attach;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Nodes that somebody else runs. */
record AttachedStack(
        List<RunningNode> prefill,
        List<RunningNode> decode,
        Optional<URI> cacheServer,
        Optional<ObjectStoreAccess> objectStore)
        implements RunningStack {

    @Override
    public String provisioner() {
        return "attach";
    }

    @Override
    public boolean modelled() {
        return false;
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        Stream.concat(prefill.stream(), decode.stream())
                .forEach(node -> facts.put(node.spec().name(), node.endpoint() + " vLLM " + node.version()));
        cacheServer.ifPresent(server -> facts.put("cache server", server.toString()));
        objectStore.ifPresent(store -> facts.put("object store", store.toString()));
        return facts;
    }

    @Override
    public void close() {
        // Nothing was started.
    }
}
