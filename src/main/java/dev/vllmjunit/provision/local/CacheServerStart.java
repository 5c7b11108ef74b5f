package dev.vllmjunit.provision.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.local.process.ManagedProcess;
import dev.vllmjunit.provision.vllm.FreePorts;
import dev.vllmjunit.provision.vllm.LmCacheServer;
import dev.vllmjunit.provision.vllm.Readiness;
import dev.vllmjunit.provision.vllm.S3Writer;
import dev.vllmjunit.topology.S3CacheSpec;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * Starts the one LMCache server that all prefill nodes share.
 *
 * @param launch the stack it belongs to
 * @param server what it is told
 */
record CacheServerStart(Launch launch, LmCacheServer server) {

    static final String NAME = "lmcache-server";
    private static final ObjectMapper JSON = new ObjectMapper();

    static CacheServerStart of(Launch launch, S3CacheSpec s3, ObjectStoreAccess store) {
        return new CacheServerStart(
                launch,
                new LmCacheServer(
                        Launch.HOST, FreePorts.next(), FreePorts.next(), s3.chunkTokens(), store, store.pathStyle()));
    }

    S3Writer writer() {
        return server.writer();
    }

    URI start() {
        Map<String, String> environment = launch.environment(NAME);
        environment.put("PYTHONHASHSEED", "0");
        environment.put("VLLM_JUNIT_ARGUMENTS", JSON.valueToTree(arguments()).toString());
        ManagedProcess process = launch.run(
                NAME,
                List.of(
                        launch.home().python().toString(),
                        launch.home().scripts().cacheServer().toString()),
                environment);
        return new Readiness(process, launch.request().startTimeout()).awaitCacheServer(server);
    }

    private List<String> arguments() {
        return server.arguments(server.store().credentials().resolveCredentials());
    }

    /** Its name: the store's keys are among its arguments. */
    @Override
    public String toString() {
        return NAME + " on port " + server.httpPort();
    }
}
