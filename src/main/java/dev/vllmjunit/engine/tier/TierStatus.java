package dev.vllmjunit.engine.tier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What {@code GET /status} tells, in the shape of LMCache's: whether the S3 adapter is healthy is found here and nowhere else. */
final class TierStatus {

    private final CacheServerConfig config;
    private final HostTier host;
    private final ObjectTier objects;
    private final StoreQueue stores;
    private final ChunkLoader loader;

    TierStatus(CacheServerConfig config, HostTier host, ObjectTier objects, StoreQueue stores, ChunkLoader loader) {
        this.config = config;
        this.host = host;
        this.objects = objects;
        this.stores = stores;
        this.loader = loader;
    }

    JsonNode report() {
        boolean healthy = !objects.breaker().isOpen();
        ObjectNode status = JsonNodeFactory.instance
                .objectNode()
                .put("is_healthy", healthy)
                .put("engine_type", "embedded")
                .put("chunk_size", config.chunkTokens())
                .put("hash_algorithm", "sha256")
                .put("kv_scale", config.kvScale());
        ObjectNode storage = status.putObject("storage_manager").put("is_healthy", healthy);
        storage.putObject("l1_manager")
                .put("is_healthy", true)
                .put("total_object_count", host.size())
                .put("memory_used_bytes", host.size() * config.chunkBytes())
                .put("memory_total_bytes", host.capacityChunks() * config.chunkBytes());
        storage.putObject("store_controller").put("is_healthy", true).put("in_flight_task_count", stores.inFlight());
        storage.putObject("prefetch_controller").put("is_healthy", true).put("in_flight_task_count", loader.inFlight());
        storage.putArray("l2_adapters").add(adapter(healthy));
        storage.put("num_l2_adapters", 1);
        return status;
    }

    private ObjectNode adapter(boolean healthy) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("is_healthy", healthy)
                .put("type", "S3L2Adapter")
                .put("endpoint", config.store().endpoint().toString())
                .put("region", config.store().region())
                .put("connection_failures", objects.breaker().failures())
                .put("connection_disabled", !healthy)
                .put("current_size_bytes", objects.knownObjects() * config.chunkBytes());
    }
}
