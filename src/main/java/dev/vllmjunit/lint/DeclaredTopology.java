package dev.vllmjunit.lint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.topology.KvTransferSpec;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.topology.TopologyMerge;
import java.lang.module.ModuleDescriptor.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What annotations and a profile would start. Words that follow from keys of the profile are written as {@code vllm serve} takes them
 * and read in the same way as a command of a file; a profile's own {@code arguments} come last and win.
 */
public final class DeclaredTopology {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Not the profile's: a short one, as this library starts nodes. */
    private static final int LMCACHE_TIMEOUT_S = 60;

    private final Topology topology;
    private final Profile profile;

    private DeclaredTopology(Topology topology, Profile profile) {
        this.topology = topology;
        this.profile = profile;
    }

    /** The deployment that the rules look at. */
    public static Deployment of(Topology topology, Profile profile) {
        DeclaredTopology declared = new DeclaredTopology(topology, profile);
        Version engine = profile.lint().engine().map(Version::parse).orElse(Deployment.KNOWN_ENGINE);
        return new Deployment(
                topology.nodes().stream().map(declared::node).toList(),
                List.of(),
                engine,
                profile.lint().silences());
    }

    /** A profile alone: a prefill and a decode node on its accelerators, and its S3 cache if it has one. */
    public static Deployment of(Profile profile) {
        return of(TopologyMerge.of(profile), profile);
    }

    private Node node(NodeSpec spec) {
        String section = spec.role().label();
        Map<String, Stated> environment = new HashMap<>();
        spec.environment()
                .forEach((name, value) ->
                        environment.put(name, new Stated(value, at(section + ".environment." + name))));
        environment.put("VLLM_NIXL_SIDE_CHANNEL_HOST", new Stated(spec.host(), at(section + ".host")));
        return Node.of(at(section), Optional.of(spec.accelerator()), environment, words(spec))
                .in(spec.role());
    }

    private List<Stated> words(NodeSpec spec) {
        String section = spec.role().label();
        List<Stated> words = new ArrayList<>();
        words.add(new Stated(topology.model().id(), at("model.id")));
        option(words, "--tensor-parallel-size", spec.tensorParallelism(), section + ".tensorParallelism");
        option(words, "--block-size", spec.blockSize(), section + ".blockSize");
        option(words, "--kv-transfer-config", connectors(spec), "kvTransfer");
        spec.arguments().forEach(word -> words.add(new Stated(word, at(section + ".arguments"))));
        return words;
    }

    private void option(List<Stated> words, String name, Object value, String key) {
        words.add(new Stated(name, at(key)));
        words.add(new Stated(String.valueOf(value), at(key)));
    }

    private ObjectNode connectors(NodeSpec spec) {
        ObjectNode nixl = nixl(spec);
        Optional<S3CacheSpec> s3 = topology.s3Cache().filter(cache -> spec.role() == NodeRole.PREFILL);
        if (s3.isEmpty()) {
            return nixl;
        }
        ObjectNode multi = connector("MultiConnector", "kv_both");
        ArrayNode children = multi.putObject("kv_connector_extra_config").putArray("connectors");
        children.add(nixl);
        children.add(cache(s3.get().writer()));
        return multi;
    }

    private ObjectNode nixl(NodeSpec spec) {
        KvTransferSpec transfer = topology.kvTransfer();
        ObjectNode nixl =
                connector(transfer.connector(), spec.role() == NodeRole.PREFILL ? "kv_producer" : "kv_consumer");
        nixl.put("kv_buffer_device", transfer.bufferDevice());
        nixl.putObject("kv_connector_extra_config")
                .put("enforce_handshake_compat", transfer.enforceHandshakeCompatibility());
        return nixl;
    }

    private static ObjectNode cache(S3CacheSpec.Writer writer) {
        if (writer == S3CacheSpec.Writer.OBJ) {
            return connector("OffloadingConnector", "kv_both");
        }
        ObjectNode lmCache = connector("LMCacheMPConnector", "kv_both");
        lmCache.putObject("kv_connector_extra_config").put("lmcache.mp.mq_timeout", LMCACHE_TIMEOUT_S);
        return lmCache;
    }

    private static ObjectNode connector(String name, String role) {
        return JSON.createObjectNode().put("kv_connector", name).put("kv_role", role);
    }

    private String at(String key) {
        return "profile " + profile.name() + ": " + key;
    }
}
