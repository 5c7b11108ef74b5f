package dev.vllmjunit.agreement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.HopBreakdown;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.evidence.StackMetrics;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.load.NettyLoadDriver;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.provision.Caches;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.Routers;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.router.Router;
import java.net.URI;
import java.nio.IntBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A stack with router, driver and bucket, to which one request at a time is sent; each is over, stores included, before the next. */
final class Rig implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration QUIET = Duration.ofMillis(60);

    private static final double NANOS = 1e9;

    private final StartedParts parts = new StartedParts();
    private final ControlClient control = new ControlClient(DEADLINE);
    private final Set<IntBuffer> chunks = new HashSet<>();
    private final int chunkTokens;
    private final RunningStack stack;
    private final Router router;
    private final NettyLoadDriver driver;
    private final CacheBucket bucket;

    private Rig(RunningStack started, int chunkTokens) {
        this.chunkTokens = chunkTokens;
        stack = parts.add("stack", started);
        router = parts.add("router", Routers.inFrontOf(stack, DEADLINE));
        driver = parts.add("driver", new NettyLoadDriver());
        bucket = parts.add("bucket", new CacheBucket(stack.objectStore().orElseThrow()));
    }

    static Rig start(Provisioner provisioner, ProvisionRequest request) {
        return new Rig(provisioner.start(request), request.topology().cacheChunkTokens());
    }

    Map<String, String> facts() {
        return stack.facts();
    }

    /** The first requests pay for handshakes and cold code, on either side. */
    void warmUp(String model) {
        for (int i = 0; i < 10; i++) {
            drive(Prompt.of(model, -1 - i / 2, 500 + 300 * (i % 4)), 8, State.COLD);
        }
    }

    /** Sends a request past the driver and waits for its answer. */
    JsonNode call(Prompt prompt, int outputTokens) {
        JsonNode answer =
                control.postJson(router.endpoint().resolve("/v1/completions"), prompt.body(outputTokens, false));
        awaitStored(prompt);
        return answer;
    }

    /** Sends a schedule of one request with the driver. */
    Timing drive(Prompt prompt, int outputTokens, State state) {
        router.takeTimelines();
        double transferred = transferSeconds();
        RequestRecord request = driver.run(prompt.schedule(outputTokens), router.endpoint(), DEADLINE, done -> {})
                .requests()
                .get(0);
        request.error().ifPresent(error -> {
            throw new AssertionError("a request of " + prompt + " failed: " + error);
        });
        awaitStored(prompt);
        long stored = System.nanoTime();
        HopTimeline timeline = timeline();
        HopBreakdown hops = HopBreakdown.of(request, timeline).orElseThrow();
        return new Timing(
                state,
                prompt.length(),
                request.timeToFirstTokenNanos() / NANOS,
                (request.timeToFirstTokenNanos() - hops.of(Hop.DECODE)) / NANOS,
                hops.of(Hop.DECODE) / NANOS,
                request.timePerOutputTokenNanos() / NANOS,
                transferSeconds() - transferred,
                (stored - timeline.prefillAnsweredNanos()) / NANOS);
    }

    /** The router's, which may end shortly after the driver's. */
    private HopTimeline timeline() {
        List<HopTimeline> taken = new ArrayList<>();
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .timeout(DEADLINE)
                .until(() -> taken.addAll(router.takeTimelines().values()));
        return taken.get(0);
    }

    private double transferSeconds() {
        return scrape(stack.decode()).values().stream()
                .mapToDouble(node -> node.sum("vllm:nixl_xfer_time_seconds_sum"))
                .sum();
    }

    /** Every whole chunk ever sent is in the bucket. */
    private void awaitStored(Prompt prompt) {
        for (int end = chunkTokens; end <= prompt.length(); end += chunkTokens) {
            chunks.add(IntBuffer.wrap(prompt.tokens(), 0, end).slice());
        }
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .timeout(DEADLINE)
                .until(() -> bucket.list().size() >= chunks.size());
    }

    /** Drops the nodes' own prefix caches, and what the KV cache server holds in host memory where asked. */
    void reset(boolean external) {
        Caches.drop(stack, control, external, DEADLINE);
    }

    /** All counters once they stand still. */
    StackMetrics counters() {
        Scrapes scrapes = new Scrapes();
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(QUIET)
                .pollInterval(QUIET)
                .timeout(DEADLINE)
                .until(scrapes::standStill);
        return scrapes.last;
    }

    private final class Scrapes {

        private StackMetrics last = scrape();

        boolean standStill() {
            StackMetrics before = last;
            last = scrape();
            return Row.counters(last.minus(before)).values().stream().allMatch(moved -> moved == 0);
        }
    }

    private StackMetrics scrape() {
        return new StackMetrics(
                scrape(stack.prefill()),
                scrape(stack.decode()),
                stack.cacheServer().map(this::scrape));
    }

    private Map<String, MetricsSnapshot> scrape(List<RunningNode> nodes) {
        return nodes.stream().collect(Collectors.toMap(node -> node.spec().name(), node -> scrape(node.endpoint())));
    }

    private MetricsSnapshot scrape(URI endpoint) {
        return PrometheusText.parse(control.getText(endpoint.resolve("/metrics")));
    }

    @Override
    public void close() {
        parts.close();
    }
}
