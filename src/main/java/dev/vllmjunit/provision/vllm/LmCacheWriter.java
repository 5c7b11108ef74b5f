package dev.vllmjunit.provision.vllm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * LMCache's server, which keeps the store's keys to itself.
 *
 * @param host where engines reach the server: on their own host, for it shares memory with them
 * @param port its port there
 * @param chunkTokens tokens in an object
 */
public record LmCacheWriter(String host, int port, int chunkTokens) implements S3Writer {

    /** Above any healthy answer's time; an engine waits as long for a dead cache server before it gives up. */
    private static final int TIMEOUT_S = 60;

    @Override
    public ObjectNode connector() {
        ObjectNode connector = NodeCommand.connector("LMCacheMPConnector", "kv_both");
        connector
                .putObject("kv_connector_extra_config")
                .put("lmcache.mp.host", "tcp://" + host)
                .put("lmcache.mp.port", port)
                .put("lmcache.mp.mq_timeout", TIMEOUT_S);
        return connector;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of();
    }

    @Override
    public String atWork() {
        return "engine-driven context registered";
    }

    @Override
    public String description() {
        return "LMCACHE: LMCache server, " + chunkTokens + " tokens an object";
    }
}
