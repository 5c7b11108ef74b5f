package dev.vllmjunit.provision.docker;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Real nodes in containers. */
record DockerStack(DockerStart start, DockerPlan plan, List<RunningNode> nodes, Optional<URI> cacheServer)
        implements RunningStack {

    @Override
    public String provisioner() {
        return DockerProvisioner.NAME;
    }

    @Override
    public boolean modelled() {
        return false;
    }

    @Override
    public Optional<ObjectStoreAccess> objectStore() {
        return plan.store().map(DockerStore::cleared);
    }

    @Override
    public Map<String, Path> logs() {
        return plan.containers().stream()
                .map(ContainerSpec::name)
                .filter(name ->
                        nodes.stream().noneMatch(node -> node.spec().name().equals(name)))
                .collect(Collectors.toMap(Function.identity(), start::logOf));
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        plan.containers().forEach(spec -> facts.put("container " + spec.name(), spec.image() + " on " + spec.host()));
        plan.writer().ifPresent(writer -> facts.put("S3 writer", writer.description()));
        return facts;
    }

    @Override
    public boolean restartsNodes() {
        return true;
    }

    @Override
    public void restart(RunningNode node) {
        DockerNode planned = plan.nodes().stream()
                .filter(known -> known.container().name().equals(node.spec().name()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(node.spec().name() + " is no node of this stack"));
        start.end(node.spec().name());
        start.start(planned);
    }

    @Override
    public void kill(RunningNode node) {
        container(node).kill();
    }

    @Override
    public void pause(RunningNode node) {
        container(node).pause();
    }

    @Override
    public void resume(RunningNode node) {
        container(node).resume();
    }

    private RunningContainer container(RunningNode node) {
        return start.container(node.spec().name());
    }

    @Override
    public boolean usesS3Link() {
        return plan.linked();
    }

    @Override
    public boolean reachesLoopback() {
        return start.isHere();
    }

    @Override
    public Optional<String> outage() {
        return start.outage();
    }

    /** An engine that fails takes a while to end, and its container goes on for as long. */
    @Override
    public Duration outageDelay() {
        return Duration.ofSeconds(10);
    }

    @Override
    public void close() {
        start.close();
    }
}
