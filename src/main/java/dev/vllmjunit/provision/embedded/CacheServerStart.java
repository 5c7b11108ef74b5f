package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.engine.tier.CacheServer;
import dev.vllmjunit.engine.tier.CacheServerConfig;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile.EmbeddedSettings;
import dev.vllmjunit.topology.Topology;

/** Starts the one KV cache server that all prefill nodes share. */
final class CacheServerStart {

    private CacheServerStart() {}

    static CacheServer start(ProvisionRequest request, ObjectStoreAccess store, StartedParts parts) {
        Topology topology = request.topology();
        EmbeddedSettings settings = request.profile().embedded();
        NodeSpec prefill = topology.prefill().get(0);
        CacheServerConfig config = new CacheServerConfig(
                topology.model(),
                topology.s3Cache().orElseThrow().chunkTokens(),
                settings.kvScale(),
                settings.hostCacheTokens(),
                NodeCost.of(request, prefill),
                request.linked(store));
        try {
            return parts.add("the KV cache server", CacheServer.start(config));
        } catch (RuntimeException e) {
            throw new ProvisionException("KV cache server: " + e.getMessage(), e);
        }
    }
}
