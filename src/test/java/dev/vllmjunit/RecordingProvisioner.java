package dev.vllmjunit;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.NodeSpec;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Starts nothing and keeps a diary; more prefill nodes than it has are a start that fails. */
public final class RecordingProvisioner implements Provisioner {

    static final int TOO_MANY = 9;
    /** Whether what it starts are engines. */
    static volatile boolean startsEngines;

    static final List<String> DIARY = new CopyOnWriteArrayList<>();

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public boolean startsEngines() {
        return startsEngines;
    }

    @Override
    public Suitability examine(ProvisionRequest request) {
        return Suitability.able();
    }

    @Override
    public RunningStack start(ProvisionRequest request) {
        if (request.topology().prefill().size() >= TOO_MANY) {
            throw new ProvisionException("prefill-1 did not come up: no such device");
        }
        DIARY.add("started " + request.topology().describe());
        return new Stack(nodes(request.topology().nodes()));
    }

    private static List<RunningNode> nodes(List<NodeSpec> specs) {
        return specs.stream()
                .map(spec -> new RunningNode(spec, URI.create("http://127.0.0.1:9"), "0", Optional.empty()))
                .toList();
    }

    private record Stack(List<RunningNode> nodes) implements RunningStack {

        @Override
        public String provisioner() {
            return "recording";
        }

        @Override
        public boolean modelled() {
            return true;
        }

        @Override
        public Optional<URI> cacheServer() {
            return Optional.empty();
        }

        @Override
        public Optional<ObjectStoreAccess> objectStore() {
            return Optional.empty();
        }

        @Override
        public Map<String, String> facts() {
            return Map.of();
        }

        @Override
        public void close() {
            DIARY.add("stopped");
        }
    }
}
