package dev.vllmjunit.bench;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.load.NettyLoadDriver;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Routers;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import dev.vllmjunit.router.Router;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.TopologyMerge;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.RepeatMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A topology with everything that a test class gets around it: router, load driver, bucket, runner. Closes them last first. */
final class EmbeddedRig implements AutoCloseable {

    /** Two documents of 2,000 tokens, each asked twice. */
    static final LongDocumentQa TWO_DOCUMENTS_TWICE = longDocumentQa()
            .documents(2)
            .documentLength(2_000)
            .repeat(2)
            .order(RepeatMode.TILE)
            .outputTokens(8);

    static final String MODEL = "meta-llama/Llama-3.1-70B";

    private static final Duration DEADLINE = Duration.ofSeconds(120);

    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    final ProvisionRequest request;
    final Interference observer = new Interference();
    final RunningStack stack;
    final Router router;
    final CacheBucket bucket;
    final BenchmarkRunner runner;

    private EmbeddedRig(ProvisionRequest request, RunningStack started, RunLimits limits) {
        this.request = request;
        stack = keep(started);
        router = keep(Routers.inFrontOf(stack, DEADLINE));
        bucket = keep(new CacheBucket(stack.objectStore().orElseThrow()));
        runner = new BenchmarkRunner(
                request.topology(),
                stack,
                Entrance.through(router),
                keep(new NettyLoadDriver()),
                Optional.of(bucket),
                limits,
                observer);
    }

    /** Compares no outputs: that takes as long again as a short run. */
    static EmbeddedRig start(ProvisionRequest request) {
        RunLimits standard = RunLimits.standard();
        return new EmbeddedRig(
                request,
                new EmbeddedProvisioner().start(request),
                new RunLimits(standard.request(), standard.control(), standard.reset(), standard.settle(), 0));
    }

    /** For a stack that runs already; it is closed with the rest. Compares outputs of two documents after each run. */
    static EmbeddedRig around(ProvisionRequest request, RunningStack stack) {
        return new EmbeddedRig(request, stack, RunLimits.standard());
    }

    /**
     * The profile {@code nixl-s3} for so many nodes.
     *
     * @param settings by key, over the profile
     */
    static ProvisionRequest request(Path logs, int prefill, int decode, Map<String, String> settings) {
        Profile profile = new ProfileLoader(Path.of("profiles"))
                .load("nixl-s3")
                .with(new Settings(settings, Map.of(), key -> Optional.empty()));
        return new ProvisionRequest(
                TopologyMerge.merge(declaration(prefill, decode), profile), profile, logs, Duration.ofSeconds(60));
    }

    static ProvisionRequest request(Path logs) {
        return request(logs, 1, 1, Map.of());
    }

    static Declaration declaration(int prefill, int decode) {
        return new Declaration(
                "class X",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, prefill, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.GAUDI, decode, 0, "")),
                Optional.of(new Declaration.S3("", Optional.empty())));
    }

    /** Whether the engines could forget everything: none of their blocks is held by a request or for a transfer. */
    boolean holdsNoBlock() {
        ControlClient control = new ControlClient(DEADLINE);
        return stack.nodes().stream()
                .map(node -> node.endpoint().resolve("/reset_prefix_cache?reset_external=true"))
                .allMatch(url -> control.post(url).equals("{\"success\":true}"));
    }

    /** Waits for what is still being written, and leaves nothing in any cache, so that the next test finds what a new rig has. */
    void forget() {
        bucket.awaitSettled(0, Duration.ofMillis(200), DEADLINE);
        if (!holdsNoBlock()) {
            throw new AssertionError("a node still holds blocks of a test before");
        }
        bucket.clear();
    }

    /** Closes it with the rest. */
    <T extends AutoCloseable> T keep(T part) {
        running.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!running.isEmpty()) {
            close(running.pop());
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new AssertionError("a part of the rig does not close: " + part, e);
        }
    }
}
