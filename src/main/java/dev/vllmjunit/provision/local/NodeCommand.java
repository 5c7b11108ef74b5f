package dev.vllmjunit.provision.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.topology.KvTransferSpec;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How vLLM is told to be one node.
 *
 * @param spec which node
 * @param model what it serves
 * @param transfer how KV cache moves
 * @param served the model's directory, relative to the node's own: cache objects are named after it
 * @param port its HTTP port
 * @param sideChannelPort where NIXL's metadata is fetched
 * @param s3 how it keeps its KV cache in S3, if it does
 * @param threads OpenMP threads
 */
record NodeCommand(
        NodeSpec spec,
        ModelSpec model,
        KvTransferSpec transfer,
        String served,
        int port,
        int sideChannelPort,
        Optional<S3Writer> s3,
        int threads) {

    private static final ObjectMapper JSON = new ObjectMapper();

    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "serve",
                served,
                "--served-model-name",
                model.id(),
                "--host",
                Launch.HOST,
                "--port",
                String.valueOf(port),
                "--dtype",
                model.bytesPerElement() == 4 ? "float32" : "auto",
                "--max-model-len",
                String.valueOf(model.maxModelLength()),
                "--block-size",
                String.valueOf(spec.blockSize()),
                "--enable-prefix-caching",
                "--enforce-eager",
                "--enable-prompt-tokens-details",
                "--kv-transfer-config",
                kvTransferConfig().toString()));
        arguments.addAll(spec.arguments());
        return List.copyOf(arguments);
    }

    /** What the profile adds wins over defaults, but not over what makes the nodes find each other. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "VLLM_CPU_KVCACHE_SPACE", "1",
                "VLLM_CPU_OMP_THREADS_BIND", "nobind",
                "OMP_NUM_THREADS", String.valueOf(threads),
                "VLLM_SERVER_DEV_MODE", "1",
                "PYTHONHASHSEED", "0",
                // Else the first request for logprobs of each process waits 20 s for a C++ compiler, in spite of
                // --enforce-eager.
                "TORCH_COMPILE_DISABLE", "1",
                "UCX_TLS", "tcp,self,sm"));
        environment.putAll(spec.environment());
        s3.ifPresent(writer -> environment.putAll(writer.environment()));
        environment.put("VLLM_NIXL_SIDE_CHANNEL_HOST", Launch.HOST);
        environment.put("VLLM_NIXL_SIDE_CHANNEL_PORT", String.valueOf(sideChannelPort));
        return environment;
    }

    private ObjectNode kvTransferConfig() {
        if (s3.isEmpty()) {
            return nixl(spec.role() == NodeRole.PREFILL ? "kv_producer" : "kv_consumer");
        }
        ObjectNode multi = connector("MultiConnector", "kv_both").put("kv_buffer_device", transfer.bufferDevice());
        ArrayNode connectors = multi.putObject("kv_connector_extra_config").putArray("connectors");
        connectors.add(nixl("kv_both"));
        connectors.add(s3.get().connector());
        return multi;
    }

    private ObjectNode nixl(String role) {
        ObjectNode nixl = connector(transfer.connector(), role).put("kv_buffer_device", transfer.bufferDevice());
        nixl.putObject("kv_connector_extra_config")
                .put("kv_lease_duration", Math.toIntExact(transfer.lease().toSeconds()))
                .put("enforce_handshake_compat", transfer.enforceHandshakeCompatibility());
        return nixl;
    }

    static ObjectNode connector(String name, String role) {
        return JSON.createObjectNode().put("kv_connector", name).put("kv_role", role);
    }
}
