package dev.vllmjunit.provision.vllm;

import static java.util.function.Predicate.not;

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
import java.util.OptionalInt;

/**
 * How vLLM is told to be one node.
 *
 * @param spec which node
 * @param model what it serves
 * @param transfer how KV cache moves
 * @param served the model's directory, relative to the node's own: cache objects are named after it
 * @param host address it listens at and that other nodes reach it under
 * @param port its HTTP port
 * @param sideChannelPort where NIXL's metadata is fetched
 * @param s3 how it keeps its KV cache in S3, if it does
 * @param threads OpenMP threads of a node that computes on a CPU; empty on an accelerator
 */
public record NodeCommand(
        NodeSpec spec,
        ModelSpec model,
        KvTransferSpec transfer,
        String served,
        String host,
        int port,
        int sideChannelPort,
        Optional<S3Writer> s3,
        OptionalInt threads) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Behind {@code vllm}. What the profile adds comes last. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "serve",
                served,
                "--served-model-name",
                model.id(),
                "--host",
                host,
                "--port",
                String.valueOf(port),
                "--dtype",
                model.bytesPerElement() == 4 ? "float32" : "auto",
                "--max-model-len",
                String.valueOf(model.maxModelLength()),
                "--block-size",
                String.valueOf(spec.blockSize()),
                "--enable-prefix-caching"));
        if (threads.isPresent()) {
            arguments.add("--enforce-eager");
        }
        if (spec.tensorParallelism() > 1) {
            arguments.addAll(List.of("--tensor-parallel-size", String.valueOf(spec.tensorParallelism())));
        }
        arguments.addAll(List.of(
                "--enable-prompt-tokens-details",
                "--kv-transfer-config",
                kvTransferConfig().toString()));
        spec.arguments().stream().filter(not("--enable-prefix-caching"::equals)).forEach(arguments::add);
        return List.copyOf(arguments);
    }

    /** What the profile adds wins over defaults, but not over what makes the nodes find each other. */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(Map.of("VLLM_SERVER_DEV_MODE", "1", "PYTHONHASHSEED", "0"));
        threads.ifPresent(count -> environment.putAll(onCpu(count)));
        environment.putAll(spec.environment());
        s3.ifPresent(writer -> environment.putAll(writer.environment()));
        environment.put("VLLM_NIXL_SIDE_CHANNEL_HOST", host);
        environment.put("VLLM_NIXL_SIDE_CHANNEL_PORT", String.valueOf(sideChannelPort));
        return environment;
    }

    private static Map<String, String> onCpu(int threads) {
        return Map.of(
                "VLLM_CPU_KVCACHE_SPACE", "1",
                "VLLM_CPU_OMP_THREADS_BIND", "nobind",
                "OMP_NUM_THREADS", String.valueOf(threads),
                // Else the first request for logprobs of each process waits 20 s for a C++ compiler, in spite of
                // --enforce-eager.
                "TORCH_COMPILE_DISABLE", "1",
                "UCX_TLS", "tcp,self,sm");
    }

    private ObjectNode kvTransferConfig() {
        if (s3.isEmpty()) {
            return nixl();
        }
        ObjectNode multi = connector("MultiConnector", "kv_both").put("kv_buffer_device", transfer.bufferDevice());
        ArrayNode connectors = multi.putObject("kv_connector_extra_config").putArray("connectors");
        connectors.add(nixl());
        connectors.add(s3.get().connector());
        return multi;
    }

    private ObjectNode nixl() {
        String role = spec.role() == NodeRole.PREFILL ? "kv_producer" : "kv_consumer";
        ObjectNode nixl = connector(transfer.connector(), role).put("kv_buffer_device", transfer.bufferDevice());
        nixl.putObject("kv_connector_extra_config")
                .put("kv_lease_duration", Math.toIntExact(transfer.lease().toSeconds()))
                .put("enforce_handshake_compat", transfer.enforceHandshakeCompatibility());
        return nixl;
    }

    /** A connector by name and role. */
    static ObjectNode connector(String name, String role) {
        return JSON.createObjectNode().put("kv_connector", name).put("kv_role", role);
    }
}
