package dev.vllmjunit.bench;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stack without a single part, for tests that add what they are about. */
class NoNodes implements RunningStack {

    @Override
    public String provisioner() {
        return "none";
    }

    @Override
    public boolean modelled() {
        return false;
    }

    @Override
    public List<RunningNode> nodes() {
        return List.of();
    }

    @Override
    public Optional<URI> cacheServer() {
        return Optional.empty();
    }

    @Override
    public Optional<ObjectStoreAccess> objectStore() {
        return Optional.empty();
    }

    @Override
    public Map<String, String> facts() {
        return Map.of();
    }

    @Override
    public void close() {}
}
