package dev.vllmjunit.provision;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What a node's {@code /server_info} tells of it; empty for what it does not tell.
 *
 * @param device what it computes on
 * @param dtype type of its weights and activations, for instance {@code bfloat16}
 * @param cacheDtype type of its KV cache; {@code auto} stands for the same
 */
public record NodeInfo(Optional<String> device, Optional<String> dtype, Optional<String> cacheDtype) {

    /** Of a node that does not offer the call. */
    public static NodeInfo none() {
        return new NodeInfo(Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static NodeInfo of(JsonNode info) {
        return new NodeInfo(
                text(info, "/vllm_config/device_config/device"),
                text(info, "/vllm_config/model_config/dtype").map(dtype -> dtype.replace("torch.", "")),
                text(info, "/vllm_config/cache_config/cache_dtype"));
    }

    /** Type of the KV cache that it hands over, as far as it is told. */
    public Optional<String> kvDtype() {
        return cacheDtype.filter(type -> !type.equals("auto")).or(() -> dtype);
    }

    private static Optional<String> text(JsonNode info, String path) {
        return Optional.of(info.at(path).asText("")).filter(text -> !text.isEmpty());
    }
}
