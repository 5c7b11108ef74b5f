package dev.vllmjunit.provision.local;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.local.process.ManagedProcess;
import dev.vllmjunit.provision.vllm.FreePorts;
import dev.vllmjunit.provision.vllm.NodeCommand;
import dev.vllmjunit.provision.vllm.Readiness;
import dev.vllmjunit.provision.vllm.S3Writer;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.S3CacheSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Starts one node and waits until it is ready: it answers, serves the model, and its log says that its connectors are at work.
 *
 * @param launch the stack it belongs to
 * @param command what it is told
 */
record NodeStart(Launch launch, NodeCommand command) {

    static NodeStart of(Launch launch, NodeSpec spec, int position, Optional<S3Writer> s3) {
        OptionalInt firstSideChannel = launch.request().topology().kvTransfer().sideChannelPort();
        NodeCommand command = new NodeCommand(
                spec,
                launch.request().topology().model(),
                launch.request().topology().kvTransfer(),
                served(launch),
                Launch.HOST,
                spec.port().orElseGet(FreePorts::next),
                firstSideChannel.isPresent() ? firstSideChannel.getAsInt() + position : FreePorts.next(),
                spec.role() == NodeRole.PREFILL ? s3 : Optional.empty(),
                OptionalInt.of(threads(launch)));
        return new NodeStart(launch, command);
    }

    /** LMCache names objects after this path and always puts the bucket into the host name: a path that begins with the bucket makes
     * each request a valid path-style one, which needs no DNS. */
    static String served(Launch launch) {
        String id = launch.request().topology().model().id();
        return launch.request()
                .topology()
                .s3Cache()
                .filter(s3 -> s3.writer() == S3CacheSpec.Writer.LMCACHE && s3.pathStyle())
                .map(s3 -> s3.bucket() + "/" + id)
                .orElse(id);
    }

    private static int threads(Launch launch) {
        return Math.max(
                1,
                Runtime.getRuntime().availableProcessors()
                        / launch.request().topology().nodes().size());
    }

    String name() {
        return command.spec().name();
    }

    /** Ends the node and starts it anew, on the same port. */
    void restart() {
        launch.end(name());
        start();
    }

    RunningNode start() {
        String name = name();
        linkModel(launch.directoryOf(name).resolve(command.served()));
        Map<String, String> environment = launch.environment(name);
        environment.putAll(command.environment());
        environment.put("VLLM_RPC_BASE_PATH", launch.directoryOf(name).toString());
        List<String> line =
                new ArrayList<>(List.of(launch.home().python().toString(), "-m", "vllm.entrypoints.cli.main"));
        line.addAll(command.arguments());
        ManagedProcess process = launch.run(name, line, environment);
        return new Readiness(process, launch.request().startTimeout()).awaitNode(command);
    }

    private void linkModel(Path link) {
        try {
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, launch.model().toRealPath());
        } catch (IOException e) {
            throw new ProvisionException(command.spec().name() + ": cannot link the model to " + link + ": " + e, e);
        }
    }
}
