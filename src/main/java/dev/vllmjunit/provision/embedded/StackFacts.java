package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.engine.http.EmbeddedVersion;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeSpec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a report has to say about an embedded stack. */
final class StackFacts {

    private StackFacts() {}

    static Map<String, String> of(ProvisionRequest request, Optional<ObjectStoreAccess> store) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("block size", perNode(request, node -> node.blockSize() + " tokens"));
        facts.put("engine", EmbeddedVersion.VERSION);
        facts.put("hardware", perNode(request, node -> NodeCost.describe(request, node)));
        facts.put("kv scale", kvScale(request));
        facts.put("placement", placement(request));
        facts.put("object store", store.map(ObjectStoreAccess::toString).orElse("none"));
        return Map.copyOf(facts);
    }

    static String kvScale(ProvisionRequest request) {
        ModelSpec model = request.topology().model();
        int scale = request.profile().embedded().kvScale();
        return "1:" + scale + ", " + model.kvBytesPerToken() / scale + " of " + model.kvBytesPerToken()
                + " KV bytes per token are held and moved; counters show full size";
    }

    private static String placement(ProvisionRequest request) {
        String elsewhere = request.topology().nodes().stream()
                .filter(node -> !isHere(node.host()))
                .map(node -> node.name() + " on " + node.host())
                .collect(Collectors.joining(", "));
        String here = "every node in this JVM, on 127.0.0.1";
        return elsewhere.isEmpty() ? here : here + "; ignored: " + elsewhere;
    }

    private static boolean isHere(String host) {
        return host.equals("127.0.0.1") || host.equals("localhost") || host.equals("::1");
    }

    private static String perNode(ProvisionRequest request, Function<NodeSpec, String> fact) {
        return request.topology().nodes().stream()
                .map(node -> node.name() + " " + fact.apply(node))
                .collect(Collectors.joining("; "));
    }
}
