package dev.vllmjunit.lint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.topology.Masking;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One connector of a node, be it alone or in a MultiConnector's list.
 *
 * @param name for instance {@code NixlConnector}
 * @param role {@code kv_producer}, {@code kv_consumer}, {@code kv_both}, or empty
 * @param extra {@code kv_connector_extra_config}
 */
record Connector(String name, String role, JsonNode extra) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The connectors that {@code --kv-transfer-config} names, a MultiConnector's children in its place.
     *
     * @throws LintException if it is not JSON
     */
    static List<Connector> of(Stated config) {
        try {
            return flat(JSON.readTree(config.text())).toList();
        } catch (JsonProcessingException malformed) {
            throw new LintException(
                    config.where() + ": --kv-transfer-config is no JSON: "
                            + Masking.ofProcess().mask(malformed.getOriginalMessage())
                            + "; write one object in single quotes, with \" around its names",
                    malformed);
        }
    }

    private static Stream<Connector> flat(JsonNode config) {
        JsonNode extra = config.path("kv_connector_extra_config");
        String name = config.path("kv_connector").asText();
        return name.equals("MultiConnector")
                ? StreamSupport.stream(extra.path("connectors").spliterator(), false)
                        .flatMap(Connector::flat)
                : Stream.of(new Connector(name, config.path("kv_role").asText(), extra));
    }

    boolean isNixl() {
        return name.equals("NixlConnector");
    }

    boolean isLmCache() {
        return name.startsWith("LMCache");
    }

    /** Names of its cached blocks are hashes that the engine's own processes compute. */
    boolean namesBlocksByEngineHash() {
        return name.equals("OffloadingConnector") || (isLmCache() && !name.equals("LMCacheMPConnector"));
    }

    /** Keeps KV cache outside of the engine. */
    boolean isCache() {
        return isLmCache() || name.equals("OffloadingConnector");
    }
}
