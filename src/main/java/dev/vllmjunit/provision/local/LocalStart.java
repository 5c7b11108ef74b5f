package dev.vllmjunit.provision.local;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.NodeAgreement;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.provision.local.install.EngineHome;
import dev.vllmjunit.provision.local.install.Installation;
import dev.vllmjunit.provision.vllm.ObjWriter;
import dev.vllmjunit.provision.vllm.S3Writer;
import dev.vllmjunit.provision.vllm.Starters;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile.LocalSettings;
import dev.vllmjunit.topology.S3CacheSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/** Starts every part of a stack at the same time: imports take longest, and nobody needs another part before its own are done. */
final class LocalStart {

    private static final Duration CALL = Duration.ofSeconds(10);

    private final Launch launch;
    private final Map<String, Double> seconds = new ConcurrentSkipListMap<>();
    private final long start = System.nanoTime();

    private LocalStart(Launch launch) {
        this.launch = launch;
    }

    /** Finds or builds what has to be on disk. */
    static LocalStart of(ProvisionRequest request) {
        Installation installation = Installation.ofUser(request.progress());
        LocalSettings settings = request.profile().local();
        EngineHome home = installation.engine(settings.home());
        Path model = installation.model(settings.model(), home);
        return new LocalStart(
                new Launch(request, home, model, scratch(), new StartedParts(), new ConcurrentSkipListMap<>()));
    }

    private static Path scratch() {
        try {
            // Short: paths of Unix sockets below it are limited to about 100 characters.
            return Files.createTempDirectory("vllm-junit-");
        } catch (IOException e) {
            throw new ProvisionException("no temporary directory for the local stack: " + e, e);
        }
    }

    RunningStack start() {
        try {
            launch.parts().add("temporary directory", () -> Files.deleteIfExists(launch.directory()));
            deleteEarlierLogs();
            return startParts();
        } catch (RuntimeException e) {
            launch.parts().closeAfter(e);
            throw e;
        }
    }

    private void deleteEarlierLogs() {
        try {
            Files.deleteIfExists(launch.logOf(CacheServerStart.NAME));
            Files.deleteIfExists(launch.logOf(CephCluster.NAME));
            for (NodeSpec node : launch.request().topology().nodes()) {
                Files.deleteIfExists(launch.logOf(node.name()));
            }
        } catch (IOException e) {
            throw new ProvisionException("the logs of an earlier start cannot be deleted: " + e, e);
        }
    }

    private RunningStack startParts() {
        Optional<S3CacheSpec> s3 = launch.request().topology().s3Cache();
        Optional<LocalStore> store = s3.map(spec -> LocalStore.of(launch, spec));
        Optional<ObjectStoreAccess> written = store.map(LocalStore::written).map(launch.request()::linked);
        Optional<CacheServerStart> cacheServer = s3.filter(spec -> spec.writer() == S3CacheSpec.Writer.LMCACHE)
                .map(spec -> CacheServerStart.of(launch, spec, written.orElseThrow()));
        Optional<S3Writer> writer =
                cacheServer.<S3Writer>map(CacheServerStart::writer).or(() -> written.map(this::objWriter));
        try (Starters starters = new Starters(launch.parts())) {
            Optional<Supplier<String>> storeSaid =
                    store.map(s -> starters.run(timed("object store", () -> startStore(s))));
            Optional<Supplier<URI>> cacheEndpoint =
                    cacheServer.map(server -> starters.run(timed(CacheServerStart.NAME, server::start)));
            List<NodeStart> starts = nodeStarts(writer);
            List<Supplier<RunningNode>> nodes = starts.stream()
                    .map(node -> starters.run(timed(node.name(), node::start)))
                    .toList();
            starters.join();
            return new LocalStack(
                    agreeing(nodes.stream().map(Supplier::get).toList()),
                    cacheEndpoint.map(Supplier::get),
                    store.map(LocalStore::cleared),
                    store.flatMap(LocalStore::traffic),
                    LocalFacts.of(launch, storeSaid.map(Supplier::get), writer, seconds),
                    logs(cacheServer.isPresent()),
                    launch,
                    starts);
        }
    }

    private S3Writer objWriter(ObjectStoreAccess store) {
        Path plugins = EngineHome.objectPlugins(launch.home().root())
                .orElseThrow(() -> new ProvisionException(
                        launch.home().root() + " holds no NIXL with an OBJ plugin, which s3Cache.writer OBJ needs"));
        int blockTokens = launch.request().topology().cacheChunkTokens();
        return new ObjWriter(store, true, Optional.of(plugins), Optional.of(storeReady()), blockTokens);
    }

    private Path storeReady() {
        return launch.directory().resolve(".store-ready");
    }

    private String startStore(LocalStore store) {
        String said = store.start().get();
        try {
            launch.parts().add("mark of the object store", () -> Files.deleteIfExists(storeReady()));
            Files.createFile(storeReady());
            return said;
        } catch (IOException e) {
            throw new ProvisionException("cannot write " + storeReady() + ": " + e, e);
        }
    }

    /** A profile's arguments may have made them differ. */
    private static List<RunningNode> agreeing(List<RunningNode> nodes) {
        NodeAgreement.of(new ControlClient(CALL), nodes).require();
        return nodes;
    }

    private List<NodeStart> nodeStarts(Optional<S3Writer> writer) {
        List<NodeStart> nodes = new ArrayList<>();
        for (NodeSpec spec : launch.request().topology().nodes()) {
            nodes.add(NodeStart.of(launch, spec, nodes.size(), writer));
        }
        return nodes;
    }

    private <T> Supplier<T> timed(String name, Supplier<T> part) {
        return () -> {
            T started = part.get();
            seconds.put(name, (System.nanoTime() - start) / 1e9);
            return started;
        };
    }

    private Map<String, Path> logs(boolean withCache) {
        Map<String, Path> logs = new ConcurrentSkipListMap<>();
        if (withCache) {
            logs.put(CacheServerStart.NAME, launch.logOf(CacheServerStart.NAME));
        }
        Path ceph = launch.logOf(CephCluster.NAME);
        if (Files.exists(ceph)) {
            logs.put(CephCluster.NAME, ceph);
        }
        return logs;
    }
}
