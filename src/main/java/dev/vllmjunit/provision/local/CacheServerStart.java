package dev.vllmjunit.provision.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.local.process.FreePorts;
import dev.vllmjunit.provision.local.process.ManagedProcess;
import dev.vllmjunit.topology.S3CacheSpec;
import java.net.URI;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * Starts the one LMCache server that all prefill nodes share.
 *
 * @param launch the stack it belongs to
 * @param s3 what was declared
 * @param store where it keeps its objects
 * @param port where engines reach it
 * @param httpPort where everybody else does
 */
record CacheServerStart(Launch launch, S3CacheSpec s3, ObjectStoreAccess store, int port, int httpPort) {

    static final String NAME = "lmcache-server";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STORE_AT_WORK = "Initialized S3L2Adapter";

    static CacheServerStart of(Launch launch, S3CacheSpec s3, ObjectStoreAccess store) {
        return new CacheServerStart(launch, s3, store, FreePorts.next(), FreePorts.next());
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
        Readiness readiness = new Readiness(process, launch.request().startTimeout());
        URI endpoint = URI.create("http://" + Launch.HOST + ":" + httpPort);
        readiness.awaitAnswer(endpoint.resolve("/healthcheck"));
        readiness.awaitLine(STORE_AT_WORK);
        return endpoint;
    }

    List<String> arguments() {
        return List.of(
                "server",
                "--host",
                Launch.HOST,
                "--port",
                String.valueOf(port),
                "--http-port",
                String.valueOf(httpPort),
                "--chunk-size",
                String.valueOf(s3.chunkTokens()),
                "--supported-transfer-mode",
                "auto",
                "--shm-name",
                "vj" + port,
                "--l1-size-gb",
                "1",
                "--l1-init-size-gb",
                "1",
                "--eviction-policy",
                "LRU",
                "--max-workers",
                "2",
                "--metrics-sample-rate",
                "1.0",
                // Else every request loads all that S3 has of its prompt again, even where the node holds it on its
                // device.
                "--l2-prefetch-policy",
                "retain",
                "--l2-adapter",
                adapter());
    }

    private String adapter() {
        AwsCredentials keys = store.credentials().resolveCredentials();
        String authority = store.endpoint().getRawAuthority();
        return JSON.createObjectNode()
                .put("type", "s3")
                .put("s3_endpoint", "s3://" + (store.pathStyle() ? authority : store.bucket() + "." + authority))
                .put("s3_region", store.region())
                .put("s3_num_io_threads", 4)
                .put("s3_prefer_http2", false)
                .put("disable_tls", !"https".equals(store.endpoint().getScheme()))
                .put("aws_access_key_id", keys.accessKeyId())
                .put("aws_secret_access_key", keys.secretAccessKey())
                .toString();
    }

    /** Its name: the store's keys are among its arguments. */
    @Override
    public String toString() {
        return NAME + " on port " + httpPort;
    }
}
