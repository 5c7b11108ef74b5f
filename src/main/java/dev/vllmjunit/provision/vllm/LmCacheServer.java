package dev.vllmjunit.provision.vllm;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * The one LMCache server that all prefill nodes share.
 *
 * @param host address it listens at
 * @param port where engines reach it
 * @param httpPort where everybody else does
 * @param chunkTokens tokens in an object
 * @param store where it keeps its objects
 * @param bucketInPath whether its requests name the bucket in their path, by the served model's name, instead of the host name
 */
public record LmCacheServer(
        String host, int port, int httpPort, int chunkTokens, ObjectStoreAccess store, boolean bucketInPath) {

    /** What its log says as soon as it reaches the store. */
    public static final String STORE_AT_WORK = "Initialized S3L2Adapter";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What makes prefill nodes use it. */
    public S3Writer writer() {
        return new LmCacheWriter(host, port, chunkTokens);
    }

    /**
     * Behind {@code lmcache}.
     *
     * @param keys the store's, or what stands for them until the server has started
     */
    public List<String> arguments(AwsCredentials keys) {
        return List.of(
                "server",
                "--host",
                host,
                "--port",
                String.valueOf(port),
                "--http-host",
                host,
                "--http-port",
                String.valueOf(httpPort),
                "--chunk-size",
                String.valueOf(chunkTokens),
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
                adapter(keys));
    }

    private String adapter(AwsCredentials keys) {
        String authority = store.endpoint().getRawAuthority();
        return JSON.createObjectNode()
                .put("type", "s3")
                .put("s3_endpoint", "s3://" + (bucketInPath ? authority : store.bucket() + "." + authority))
                .put("s3_region", store.region())
                .put("s3_num_io_threads", 4)
                .put("s3_prefer_http2", false)
                .put("disable_tls", !"https".equals(store.endpoint().getScheme()))
                .put("aws_access_key_id", keys.accessKeyId())
                .put("aws_secret_access_key", keys.secretAccessKey())
                .toString();
    }
}
