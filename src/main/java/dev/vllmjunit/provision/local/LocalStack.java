package dev.vllmjunit.provision.local;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Real nodes in processes of this machine. */
record LocalStack(
        List<RunningNode> nodes,
        Optional<URI> cacheServer,
        Optional<ObjectStoreAccess> objectStore,
        Optional<Supplier<StoreTraffic>> storeTraffic,
        Map<String, String> facts,
        Map<String, Path> logs,
        Launch launch,
        List<NodeStart> starts)
        implements RunningStack {

    @Override
    public String provisioner() {
        return LocalProvisioner.NAME;
    }

    @Override
    public boolean modelled() {
        return false;
    }

    @Override
    public boolean restartsNodes() {
        return true;
    }

    @Override
    public void restart(RunningNode node) {
        starts.stream()
                .filter(start -> start.name().equals(node.spec().name()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(node.spec().name() + " is no node of this stack"))
                .restart();
    }

    @Override
    public void kill(RunningNode node) {
        launch.process(node.spec().name()).kill();
    }

    @Override
    public void pause(RunningNode node) {
        launch.process(node.spec().name()).pause();
    }

    @Override
    public void resume(RunningNode node) {
        launch.process(node.spec().name()).resume();
    }

    @Override
    public boolean usesS3Link() {
        return launch.request().s3Link().isPresent();
    }

    @Override
    public boolean reachesLoopback() {
        return true;
    }

    @Override
    public Optional<String> outage() {
        return launch.outage();
    }

    /** An engine that fails takes a while to end, and its node goes on for as long. */
    @Override
    public Duration outageDelay() {
        return Duration.ofSeconds(10);
    }

    @Override
    public void close() {
        launch.parts().close();
    }
}
