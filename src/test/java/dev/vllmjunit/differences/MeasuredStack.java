package dev.vllmjunit.differences;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.vllmjunit.engine.cost.MeasuredCost;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.evidence.TransferTotals;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.load.LoadResult;
import dev.vllmjunit.load.NettyLoadDriver;
import dev.vllmjunit.provision.Caches;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Routers;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import dev.vllmjunit.router.Router;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.TopologyMerge;
import dev.vllmjunit.workload.Schedule;
import dev.vllmjunit.workload.Tokenizer;
import dev.vllmjunit.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** An embedded 1P1D whose modelled times come from a given cost, with router and driver. Every run starts from empty caches. */
final class MeasuredStack implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final StartedParts parts = new StartedParts();
    private final ControlClient control = new ControlClient(DEADLINE);
    private final ProvisionRequest request;
    private final RunningStack stack;
    private final Router router;
    private final NettyLoadDriver driver;
    private final Schedule schedule;

    MeasuredStack(Path directory, MeasuredCost cost, Workload workload) {
        request = request(directory, cost);
        stack = parts.add("stack", new EmbeddedProvisioner().start(request));
        router = parts.add("router", Routers.inFrontOf(stack, DEADLINE));
        driver = parts.add("driver", new NettyLoadDriver());
        schedule = workload.plan(request.topology().model().id(), tokenizer());
    }

    /** Sends every request; none may fail. */
    BenchmarkResult run() {
        Caches.drop(stack, control, true, DEADLINE);
        Instant startedAt = Instant.now();
        LoadResult load = driver.run(schedule, router.endpoint(), DEADLINE, done -> {});
        return result(load, startedAt).requireValid();
    }

    /** What this measurement does not look at is empty. */
    private BenchmarkResult result(LoadResult load, Instant startedAt) {
        load.requests().stream()
                .flatMap(sent -> sent.error().stream())
                .findAny()
                .ifPresent(error -> {
                    throw new AssertionError("a request failed: " + error);
                });
        return new BenchmarkResult(
                new RunConditions(
                        request.topology(), "embedded", true, schedule.name(), CacheState.EMPTY, startedAt, Map.of()),
                Duration.ofNanos(load.endNanos() - load.startNanos()),
                load.requests(),
                router.takeTimelines(),
                new TokenAccount(0, 0, 0, 0, 0, 0, 0, 0),
                new TransferTotals(0, 0, 0, 0, 0),
                Map.of(),
                List.of());
    }

    private Tokenizer tokenizer() {
        URI url = stack.prefill().get(0).endpoint().resolve("/tokenize");
        String model = request.topology().model().id();
        return text -> StreamSupport.stream(
                        control.postJson(
                                        url,
                                        JsonNodeFactory.instance
                                                .objectNode()
                                                .put("model", model)
                                                .put("prompt", text))
                                .path("tokens")
                                .spliterator(),
                        false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    private static ProvisionRequest request(Path directory, MeasuredCost cost) {
        cost.write(directory.resolve("cost.yaml"));
        write(
                directory.resolve("given.yaml"),
                "extends: nixl-only\nembedded:\n  deviceCacheTokens: 20000\n  calibration: "
                        + directory.resolve("cost.yaml").toAbsolutePath() + "\n");
        write(directory.resolve("nixl-only.yaml"), read(Path.of("profiles", "nixl-only.yaml")));
        Profile profile = new ProfileLoader(directory).load("given");
        Declaration declaration =
                new Declaration("class X", List.of(node(NodeRole.PREFILL), node(NodeRole.DECODE)), Optional.empty());
        return new ProvisionRequest(TopologyMerge.merge(declaration, profile), profile, directory, DEADLINE);
    }

    private static Declaration.Nodes node(NodeRole role) {
        return new Declaration.Nodes(role, Accelerator.CPU, 1, 0, "");
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
