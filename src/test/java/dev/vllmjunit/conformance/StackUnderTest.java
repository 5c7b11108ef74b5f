package dev.vllmjunit.conformance;

import static org.awaitility.Awaitility.await;

import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.router.Router;
import dev.vllmjunit.router.RouterConfig;
import dev.vllmjunit.router.RouterConfig.Target;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.topology.TopologyMerge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One prefill node, one decode node, the KV cache server before S3, and the router before the nodes, all of one profile: block size, chunk
 * size, capacity and model are the same wherever they run, so that every count of tokens is.
 */
final class StackUnderTest implements AutoCloseable {

    static final int BLOCK = 128;
    static final int CHUNK = 256;
    /** Blocks of a node that hold tokens: 64 less vLLM's null block. */
    static final int BLOCKS = 63;

    static final int LONGEST = 4096;
    /** KV of 4 layers, 2 heads of 64 elements, keys and values, 4 bytes each. */
    static final int BYTES_PER_TOKEN = 4096;

    static final Duration LEASE = Duration.ofSeconds(6);

    private static final Path PROFILES = Path.of("src/test/resources/dev/vllmjunit/conformance");
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(30);

    private final RunningStack stack;
    private final Router router;
    final CacheBucket bucket;
    final Topology topology;
    final Endpoint prefill;
    final Endpoint decode;
    final Endpoint routed;
    final Endpoint cacheServer;

    private StackUnderTest(ProvisionRequest request, RunningStack running) {
        stack = running;
        topology = request.topology();
        router = router(targets(stack.prefill()), targets(stack.decode()));
        bucket = new CacheBucket(stack.objectStore().orElseThrow());
        prefill = new Endpoint(stack.prefill().get(0).endpoint());
        decode = new Endpoint(stack.decode().get(0).endpoint());
        routed = new Endpoint(router.endpoint());
        cacheServer = new Endpoint(stack.cacheServer().orElseThrow());
    }

    /** Starts everything and waits until it is ready. */
    static StackUnderTest start(Provisioner provisioner, Map<String, String> settings, Path logs) {
        ProvisionRequest request = request(settings, logs);
        return new StackUnderTest(request, provisioner.start(request));
    }

    private static ProvisionRequest request(Map<String, String> settings, Path logs) {
        Profile profile = new ProfileLoader(PROFILES)
                .load("small")
                .with(new Settings(settings, Map.of(), key -> Optional.empty()));
        Declaration declaration = new Declaration(
                "the conformance suite",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.CPU, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.CPU, 1, 0, "")),
                Optional.of(new Declaration.S3("", Optional.empty())));
        return new ProvisionRequest(TopologyMerge.merge(declaration, profile), profile, logs, Duration.ofMinutes(5));
    }

    static Router router(List<Target> prefill, List<Target> decode) {
        return Router.start(new RouterConfig(prefill, decode, OptionalInt.empty(), DEADLINE, DEADLINE, DEADLINE));
    }

    private static List<Target> targets(List<RunningNode> nodes) {
        return nodes.stream()
                .map(node -> new Target(node.spec().name(), node.endpoint()))
                .toList();
    }

    /** Both nodes, by name. */
    Map<String, Endpoint> nodes() {
        return Map.of("prefill", prefill, "decode", decode);
    }

    /** Makes both nodes forget what their devices hold; the prefill node's host memory keeps what it has. */
    void forgetDevices() {
        List.of(prefill, decode).forEach(node -> awaitReset(node, "/reset_prefix_cache"));
    }

    /** Makes both nodes forget everything; the object store keeps what it has. */
    void forgetAllButObjects() {
        List.of(prefill, decode).forEach(node -> awaitReset(node, "/reset_prefix_cache?reset_external=true"));
    }

    private static void awaitReset(Endpoint node, String path) {
        await("a reset, which fails as long as blocks are held")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> node.post(path, "").body().equals("{\"success\":true}"));
    }

    @Override
    public void close() {
        try (stack;
                router;
                bucket) {
            return;
        }
    }
}
