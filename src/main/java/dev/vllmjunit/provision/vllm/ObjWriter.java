package dev.vllmjunit.provision.vllm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * vLLM's own tiering, over NIXL's OBJ plugin. Keys go through the environment, where the plugin's AWS SDK looks for them: vLLM prints
 * its arguments, and everybody may read a command line.
 *
 * @param store where it keeps its objects
 * @param cpu whether its nodes compute on a CPU, where vLLM refuses its own tiering
 * @param plugins directory of NIXL's plugins, OBJ among them; empty for NIXL's own
 * @param storeReady file that exists as soon as the store answers: vLLM asks it once, and does not start without; empty where the
 *     store answers already
 * @param blockTokens tokens in an object
 */
public record ObjWriter(
        ObjectStoreAccess store, boolean cpu, Optional<Path> plugins, Optional<Path> storeReady, int blockTokens)
        implements S3Writer {

    private static final long HOST_TIER_BYTES = 1L << 30;
    private static final int IO_THREADS = 4;
    private static final String DEFAULT_PREFIX = "kv";

    @Override
    public ObjectNode connector() {
        ObjectNode connector = NodeCommand.connector("OffloadingConnector", "kv_both");
        ObjectNode extra = connector.putObject("kv_connector_extra_config");
        if (cpu) {
            extra.put("spec_name", "CpuTieringOffloadingSpec").put("spec_module_path", "cpu_tiering_spec");
        } else {
            extra.put("spec_name", "TieringOffloadingSpec");
        }
        ObjectNode tier = extra.put("cpu_bytes_to_use", HOST_TIER_BYTES)
                .putArray("secondary_tiers")
                .addObject()
                .put("type", "obj")
                .put("prefix", prefix(store.keyPrefix()))
                .put("io_threads", IO_THREADS);
        tier.putObject("store_config")
                .put("bucket", store.bucket())
                .put("endpoint_override", store.endpoint().toString())
                .put("scheme", store.endpoint().getScheme())
                .put("region", store.region());
        return connector;
    }

    /** The part of a key before the slash that vLLM puts in front of the model's name. */
    public static String prefix(String keyPrefix) {
        String stripped = keyPrefix.replaceAll("/+$", "");
        return stripped.isEmpty() ? DEFAULT_PREFIX : stripped;
    }

    @Override
    public Map<String, String> environment() {
        AwsCredentials keys = store.credentials().resolveCredentials();
        Map<String, String> environment = new HashMap<>(Map.of(
                "AWS_ACCESS_KEY_ID",
                keys.accessKeyId(),
                "AWS_SECRET_ACCESS_KEY",
                keys.secretAccessKey(),
                // An empty one is none; the session of whoever runs the tests would not go with these keys.
                "AWS_SESSION_TOKEN",
                keys instanceof AwsSessionCredentials session ? session.sessionToken() : "",
                "AWS_EC2_METADATA_DISABLED",
                "true",
                // Ceph answers a PUT with a trailing checksum with 411: everything works, and nothing is ever stored.
                "AWS_REQUEST_CHECKSUM_CALCULATION",
                "when_required",
                "AWS_RESPONSE_CHECKSUM_VALIDATION",
                "when_required",
                // Without it the engine dies of the first PUT.
                "NIXL_TELEMETRY_ENABLE",
                "y"));
        plugins.ifPresent(directory -> environment.put("NIXL_PLUGIN_DIR", directory.toString()));
        storeReady.ifPresent(mark -> environment.put("VLLM_JUNIT_STORE_READY", mark.toString()));
        return environment;
    }

    @Override
    public String atWork() {
        return "Created TieringOffloadingManager";
    }

    @Override
    public String description() {
        return "OBJ: vLLM's own tiering over NIXL's OBJ plugin, " + blockTokens + " tokens an object, "
                + (HOST_TIER_BYTES >> 30) + " GiB of host memory before it";
    }
}
