package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.engine.tier.CacheServer;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.provision.Suitability;
import java.util.List;
import java.util.Optional;

/**
 * Runs every node of the topology in this JVM, with modelled times. Declared hosts, images, environment and arguments have no effect:
 * all nodes listen on 127.0.0.1, on free ports unless the profile pins them.
 */
public final class EmbeddedProvisioner implements Provisioner {

    /** Name that {@code vllm.stack} selects it by. */
    static final String NAME = "embedded";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Suitability examine(ProvisionRequest request) {
        return EmbeddedLimits.shortage(request).map(Suitability::declined).orElseGet(Suitability::able);
    }

    @Override
    public RunningStack start(ProvisionRequest request) {
        EmbeddedLimits.shortage(request).ifPresent(reason -> {
            throw new ProvisionException("the embedded stack cannot run this topology: " + reason);
        });
        StartedParts parts = new StartedParts();
        try {
            Optional<EmbeddedStore> store = EmbeddedStore.start(request, parts);
            Optional<CacheServer> cacheServer = store.map(s -> CacheServerStart.start(request, s.written(), parts));
            List<EmbeddedNode> nodes = EmbeddedNodes.start(request, cacheServer, parts);
            Optional<ObjectStoreAccess> cleared = store.map(EmbeddedStore::cleared);
            return new EmbeddedStack(request, nodes, cacheServer.map(CacheServer::endpoint), cleared, parts);
        } catch (RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }
}
