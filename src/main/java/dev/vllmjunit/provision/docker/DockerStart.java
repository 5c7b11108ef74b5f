package dev.vllmjunit.provision.docker;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.NodeAgreement;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.provision.vllm.LmCacheServer;
import dev.vllmjunit.provision.vllm.Readiness;
import dev.vllmjunit.provision.vllm.Starters;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.S3CacheSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** Starts all containers of a topology side by side, and starts single nodes anew. */
final class DockerStart {

    private static final Duration CALL = Duration.ofSeconds(10);
    private static final String NIXL_AT_WORK = "Registering KV_Caches";

    private final ProvisionRequest request;
    private final DockerHosts hosts;
    private final Containers containers;
    private final StartedParts parts = new StartedParts();
    private final Map<String, RunningContainer> running = new ConcurrentHashMap<>();

    DockerStart(ProvisionRequest request) {
        DockerSettings settings = request.profile().docker();
        this.request = request;
        this.hosts = parts.add("docker clients", new DockerHosts(settings));
        this.containers = new Containers(settings.pull(), request.startTimeout(), request.progress());
    }

    RunningStack start() {
        try {
            Optional<ObjectStoreAccess> store = request.topology().s3Cache().map(DockerStart::access);
            store.ifPresent(DockerStart::probe);
            DockerPlan plan = DockerPlan.of(request, store);
            for (ContainerSpec spec : plan.containers()) {
                Files.deleteIfExists(logOf(spec.name()));
            }
            plan.containers().stream().map(ContainerSpec::host).distinct().forEach(this::sweep);
            return startParts(plan, store);
        } catch (RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        } catch (IOException e) {
            ProvisionException failure =
                    new ProvisionException("the logs of an earlier start cannot be deleted: " + e, e);
            parts.closeAfter(failure);
            throw failure;
        }
    }

    private void sweep(String host) {
        Labels.sweep(hosts.client(host))
                .forEach(name -> request.progress().accept("removed " + name + ", left behind by a JVM that is gone"));
    }

    private RunningStack startParts(DockerPlan plan, Optional<ObjectStoreAccess> store) {
        try (Starters starters = new Starters(parts)) {
            Optional<Supplier<URI>> server = plan.server().map(part -> starters.run(() -> start(part)));
            List<Supplier<RunningNode>> nodes = plan.nodes().stream()
                    .map(node -> starters.run(() -> start(node)))
                    .toList();
            starters.join();
            List<RunningNode> ready = nodes.stream().map(Supplier::get).toList();
            NodeAgreement.of(new ControlClient(CALL), ready).require();
            return new DockerStack(this, plan, ready, server.map(Supplier::get), store);
        }
    }

    private URI start(DockerPlan.Server server) {
        Readiness readiness = new Readiness(run(server.container()), request.startTimeout());
        URI endpoint = URI.create(
                "http://" + server.command().host() + ":" + server.command().httpPort());
        readiness.awaitAnswer(endpoint.resolve("/healthcheck"));
        readiness.awaitLine(LmCacheServer.STORE_AT_WORK);
        return endpoint;
    }

    RunningNode start(DockerPlan.Node node) {
        Readiness readiness = new Readiness(run(node.container()), request.startTimeout());
        URI endpoint = URI.create(
                "http://" + node.command().host() + ":" + node.command().port());
        readiness.awaitAnswer(endpoint.resolve("/health"));
        readiness.requireModel(endpoint, node.command().model().id());
        readiness.awaitLine(NIXL_AT_WORK);
        node.command().s3().ifPresent(writer -> readiness.awaitLine(writer.atWork()));
        return new RunningNode(
                node.command().spec(), endpoint, readiness.version(endpoint), Optional.of(readiness.log()));
    }

    private RunningContainer run(ContainerSpec spec) {
        RunningContainer container = parts.add(
                spec.name(), containers.start(hosts.client(spec.host()), spec, logOf(spec.name())));
        running.put(spec.name(), container);
        return container;
    }

    void end(String name) {
        Optional.ofNullable(running.remove(name)).ifPresent(RunningContainer::close);
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

    private static void probe(ObjectStoreAccess store) {
        try (CacheBucket bucket = new CacheBucket(store)) {
            bucket.probe();
        }
    }

    private static ObjectStoreAccess access(S3CacheSpec s3) {
        return new ObjectStoreAccess(
                s3.endpoint().orElseThrow(),
                s3.region(),
                s3.bucket(),
                s3.keyPrefix(),
                s3.pathStyle(),
                DefaultCredentialsProvider.builder().build(),
                "S3 endpoint of the profile");
    }
}
