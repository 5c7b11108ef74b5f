package dev.vllmjunit.provision.docker;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.ObjectStoreException;
import dev.vllmjunit.provision.NodeAgreement;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.provision.vllm.Readiness;
import dev.vllmjunit.provision.vllm.SharedStore;
import dev.vllmjunit.provision.vllm.Starters;
import dev.vllmjunit.topology.DockerSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Starts all containers of a topology side by side, and starts single nodes anew. */
final class DockerStart {

    private static final Duration CALL = Duration.ofSeconds(10);

    private final ProvisionRequest request;
    private final DockerHosts hosts;
    private final Containers containers;
    private final StartedParts parts = new StartedParts();
    private final Map<String, RunningContainer> running = new ConcurrentHashMap<>();

    DockerStart(ProvisionRequest request) {
        DockerSettings settings = request.profile().docker();
        this.request = request;
        this.hosts = parts.add("docker clients", new DockerHosts(settings));
        this.containers = new Containers(
                settings.pull(),
                request.startTimeout(),
                request.progress(),
                UUID.randomUUID().toString().substring(0, 8));
    }

    RunningStack start() {
        try {
            DockerPlan plan = DockerPlan.of(request);
            plan.containers().forEach(spec -> deleteLog(spec.name()));
            plan.containers().stream().map(ContainerSpec::host).distinct().forEach(this::sweep);
            plan.store().ifPresent(this::start);
            return startParts(plan);
        } catch (RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    private void deleteLog(String name) {
        try {
            Files.deleteIfExists(logOf(name));
        } catch (IOException e) {
            throw new ProvisionException("the log of an earlier start cannot be deleted: " + e, e);
        }
    }

    private void sweep(String host) {
        Labels.sweep(hosts.client(host))
                .forEach(name -> request.progress().accept("removed " + name + ", left behind by a JVM that is gone"));
        if (hosts.isFound(host)) {
            Ryuk.watch(hosts.client(host), System.getenv()).ifPresent(why -> request.progress()
                    .accept("Testcontainers' Ryuk is not used (" + why + "): should this JVM be killed, the next"
                            + " start removes its containers"));
        }
    }

    private RunningStack startParts(DockerPlan plan) {
        try (Starters starters = new Starters(parts)) {
            // Prefill nodes join the memory of its container, which has to be there.
            Optional<Supplier<URI>> server = plan.server().map(part -> {
                RunningContainer container = run(part.container());
                return starters.run(() -> readiness(container).awaitCacheServer(part.command()));
            });
            List<Supplier<RunningNode>> nodes = plan.nodes().stream()
                    .map(node -> starters.run(() -> start(node)))
                    .toList();
            starters.join();
            List<RunningNode> ready = nodes.stream().map(Supplier::get).toList();
            NodeAgreement.of(new ControlClient(CALL), ready).require();
            return new DockerStack(this, plan, ready, server.map(Supplier::get));
        }
    }

    /** Nodes with vLLM's own tiering ask it once, and do not start without. */
    private void start(DockerStore store) {
        if (store.container().isEmpty()) {
            SharedStore.probe(store.written());
            return;
        }
        Readiness readiness = readiness(run(store.container().get()));
        readiness.awaitAnswer(store.written().endpoint());
        try (CacheBucket bucket = new CacheBucket(store.written())) {
            readiness.until(() -> creates(bucket), "its bucket cannot be created");
        }
    }

    /** Its user is created behind the gateway's start. */
    private static boolean creates(CacheBucket bucket) {
        try {
            bucket.create();
            return true;
        } catch (ObjectStoreException e) {
            return false;
        }
    }

    RunningNode start(DockerNode node) {
        return readiness(run(node.container())).awaitNode(node.command());
    }

    private Readiness readiness(RunningContainer container) {
        return new Readiness(container, request.startTimeout());
    }

    private RunningContainer run(ContainerSpec spec) {
        RunningContainer container =
                parts.add(spec.name(), containers.start(hosts.client(spec.host()), spec, logOf(spec.name())));
        running.put(spec.name(), container);
        return container;
    }

    /** The container of this name that runs, or was killed on purpose. */
    RunningContainer container(String name) {
        return Optional.ofNullable(running.get(name))
                .orElseThrow(() -> new IllegalArgumentException(name + " is no container of this stack"));
    }

    void end(String name) {
        Optional.ofNullable(running.remove(name)).ifPresent(RunningContainer::close);
    }

    /** Whether all nodes reach ports of this JVM's loopback interface. */
    boolean isHere() {
        return DockerPlan.isHere(request);
    }

    /** Which containers have ended by themselves. */
    Optional<String> outage() {
        List<String> ended = running.values().stream()
                .flatMap(container -> container.outage().stream())
                .toList();
        return ended.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", ended));
    }

    void close() {
        parts.close();
    }

    Path logOf(String name) {
        return request.logDirectory().resolve(name + ".log").toAbsolutePath();
    }
}
