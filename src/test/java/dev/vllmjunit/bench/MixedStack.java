package dev.vllmjunit.bench;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The prefill side of one stack with the decode nodes of another, so that one side can stop alone.
 *
 * @param prefills closed with this one
 * @param decodes stays open
 */
record MixedStack(RunningStack prefills, RunningStack decodes) implements RunningStack {

    @Override
    public String provisioner() {
        return prefills.provisioner();
    }

    @Override
    public boolean modelled() {
        return prefills.modelled();
    }

    @Override
    public List<RunningNode> nodes() {
        return Stream.concat(prefills.prefill().stream(), decodes.decode().stream())
                .toList();
    }

    @Override
    public Optional<URI> cacheServer() {
        return prefills.cacheServer();
    }

    @Override
    public Optional<ObjectStoreAccess> objectStore() {
        return prefills.objectStore();
    }

    @Override
    public Optional<Supplier<StoreTraffic>> storeTraffic() {
        return prefills.storeTraffic();
    }

    @Override
    public Map<String, String> facts() {
        return prefills.facts();
    }

    @Override
    public void close() {
        prefills.close();
    }
}
