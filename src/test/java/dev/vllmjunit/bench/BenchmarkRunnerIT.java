package dev.vllmjunit.bench;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.OutputDifference;
import dev.vllmjunit.evidence.WrongOutputError;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.load.NettyLoadDriver;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.router.Router;
import dev.vllmjunit.router.RouterConfig;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.DeclarationException;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.topology.TopologyMerge;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.RepeatMode;
import dev.vllmjunit.workload.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on the embedded stack: two documents of 2,000 tokens, each asked twice; blocks of 128, chunks of 256 tokens. */
class BenchmarkRunnerIT {

    private static final LongDocumentQa WORKLOAD = longDocumentQa()
            .documents(2)
            .documentLength(2_000)
            .repeat(2)
            .order(RepeatMode.TILE)
            .outputTokens(8);

    private static final String MODEL = "meta-llama/Llama-3.1-70B";

    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Deque<Runnable> beforeMeasuring = new ArrayDeque<>();

    private RunningStack stack;
    private Router router;
    private CacheBucket bucket;
    private BenchmarkRunner runner;

    @BeforeEach
    void start(@TempDir Path logs) {
        Profile profile = new ProfileLoader(Path.of("profiles")).load("nixl-s3");
        Topology topology = TopologyMerge.merge(declaration(), profile);
        stack = keep(new EmbeddedProvisioner().start(new ProvisionRequest(topology, profile, logs)));
        router = keep(Router.start(new RouterConfig(
                targets(stack.prefill().get(0).endpoint(), "prefill-0"),
                targets(stack.decode().get(0).endpoint(), "decode-0"),
                OptionalInt.empty(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30))));
        bucket = keep(new CacheBucket(stack.objectStore().orElseThrow()));
        runner = new BenchmarkRunner(
                topology,
                stack,
                router,
                keep(new NettyLoadDriver()),
                Optional.of(bucket),
                RunLimits.standard(),
                new Interference());
    }

    @AfterEach
    void stop() throws Exception {
        while (!running.isEmpty()) {
            running.pop().close();
        }
    }

    @Test
    void aColdRunComputesEachDocumentOnce() {
        BenchmarkResult cold = runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

        assertThat(cold.tokens().prompt()).isEqualTo(8_000);
        assertThat(cold.tokens().computed()).isEqualTo(2 * 2_000 + 2 * 80);
        assertThat(cold.tokens().device()).isEqualTo(2 * 1_920);
        assertThat(cold.tokens().s3()).isZero();
        assertThat(cold.tokens().decodeComputed()).isZero();
    }

    @Test
    void aRunFromS3LoadsEachDocumentsWholeChunksOnce() {
        BenchmarkResult fromS3 = runner.run(WORKLOAD, CacheState.S3_ONLY).requireValid();

        assertThat(fromS3.tokens().s3()).isEqualTo(2 * 1_792);
        assertThat(fromS3.tokens().device()).isEqualTo(2 * 1_920);
        assertThat(fromS3.tokens().computed()).isEqualTo(2 * 208 + 2 * 80);
        assertThat(bucket.list()).hasSizeGreaterThanOrEqualTo(2 * 7);
    }

    @Test
    void aWarmRunComputesLastPartsOfBlocksOnly() {
        BenchmarkResult warm = runner.run(WORKLOAD, CacheState.WARM).requireValid();

        assertThat(warm.tokens().computed()).isEqualTo(4 * 80);
    }

    @Test
    void theTextIsTheSameInEveryState() {
        List<String> cold = texts(runner.run(WORKLOAD, CacheState.EMPTY));

        assertThat(texts(runner.run(WORKLOAD, CacheState.S3_ONLY))).isEqualTo(cold);
        assertThat(texts(runner.run(WORKLOAD, CacheState.WARM))).isEqualTo(cold);
    }

    @Test
    void everyRequestsHopsAreOnTheDriversClock() {
        BenchmarkResult cold = runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

        for (RequestRecord request : cold.requests()) {
            HopTimeline hop = requireNonNull(cold.hops().get(request.requestId()));
            assertThat(List.of(
                            request.sentNanos(),
                            hop.receivedNanos(),
                            hop.prefillSentNanos(),
                            hop.prefillAnsweredNanos(),
                            hop.decodeSentNanos(),
                            hop.firstTokenNanos(),
                            request.tokenNanos()[0]))
                    .isSorted();
        }
    }

    @Test
    void anObjectDroppedFromTheStoreMakesTheRunInvalid() {
        runner.run(WORKLOAD, CacheState.EMPTY).requireValid();
        beforeMeasuring.add(() -> bucket.delete(bucket.list().get(0).key()));

        assertThat(reasons(runner.run(WORKLOAD, CacheState.S3_ONLY)))
                .containsExactly(InvalidReason.CACHE_STATE_NOT_REACHED);
    }

    @Test
    void healthyRunsCompareTwoDocumentsAndFindThemEqual() {
        for (CacheState state : CacheState.values()) {
            BenchmarkResult run = runner.run(WORKLOAD, state).requireValid();

            assertThat(run.differences()).isEmpty();
            assertThat(run.conditions().facts().get("outputs compared with a fresh computation"))
                    .startsWith("2 prompts, ");
        }
    }

    @Test
    void anObjectDamagedWhileItSettledMakesWrongTextFromS3() {
        runner.run(WORKLOAD, CacheState.S3_ONLY).requireValid();
        damageEveryObject();

        BenchmarkResult damaged = runner.run(WORKLOAD, CacheState.S3_ONLY);

        assertThat(damaged.problems()).isEmpty();
        assertThat(damaged.differences()).isNotEmpty().allSatisfy(this::isWrongTextFromS3);
        assertThatExceptionOfType(WrongOutputError.class)
                .isThrownBy(damaged::requireValid)
                .withMessageContaining(
                        "served from S3 (1792 of 2000 tokens cached at prefill-0, 2000 offered to decode-0)");
    }

    @Test
    void anObjectDamagedUnderARunIsNamedBesides() {
        beforeMeasuring.add(this::damageEveryObject);

        BenchmarkResult damaged = runner.run(WORKLOAD, CacheState.S3_ONLY);

        assertThat(reasons(damaged)).containsExactly(InvalidReason.CACHE_ALTERED);
        assertThat(damaged.problems().get(0).detail())
                .startsWith(
                        "22 of 22 cache objects were altered between the moment their stores had settled and the end of"
                                + " the run:\n  " + bucket.list().get(0).key() + ": ")
                .endsWith("\n  and 17 more");
        assertThat(damaged.differences()).isNotEmpty().allSatisfy(this::isWrongTextFromS3);
    }

    @Test
    void oneDamagedObjectOfManyIsFoundBecauseTheFillWasAnsweredOtherwise() {
        LongDocumentQa six = WORKLOAD.documents(6);
        beforeMeasuring.add(() -> damage(bucket.list().get(0).key()));

        BenchmarkResult damaged = runner.run(six, CacheState.S3_ONLY);

        assertThat(damaged.differences()).hasSize(1);
        assertThat(reasons(damaged)).containsExactly(InvalidReason.CACHE_ALTERED);
        assertThat(damaged.outputsFail()).isTrue();
    }

    @Test
    void anObjectCutShortWhileItSettledIsNamed() {
        runner.run(WORKLOAD, CacheState.S3_ONLY).requireValid();
        String key = bucket.list().get(0).key();
        byte[] whole = bucket.read(key);
        bucket.write(key, Arrays.copyOf(whole, whole.length / 2));

        BenchmarkResult damaged = runner.run(WORKLOAD, CacheState.S3_ONLY);

        assertThat(reasons(damaged)).first().isEqualTo(InvalidReason.CACHE_ALTERED);
        assertThat(damaged.problems().get(0).detail())
                .startsWith("1 of 22 cache objects have another size than the others of their kind")
                .contains(key + ": " + whole.length / 2 + " bytes, ETag ")
                .endsWith(", but most have " + whole.length + " bytes");
    }

    @Test
    void aCacheThatWasFilledBehindItsBackMakesAColdRunInvalid() {
        beforeMeasuring.add(this::askPrefill);

        assertThat(reasons(runner.run(WORKLOAD, CacheState.EMPTY)))
                .containsExactly(InvalidReason.CACHE_STATE_NOT_REACHED);
    }

    @Test
    void s3OnlyNeedsAnObjectStore() {
        BenchmarkRunner without = new BenchmarkRunner(
                TopologyMerge.merge(
                        new Declaration("class X", declaration().nodes(), Optional.empty()),
                        new ProfileLoader(Path.of("profiles")).load("nixl-only")),
                stack,
                router,
                keep(new NettyLoadDriver()),
                Optional.empty(),
                RunLimits.standard(),
                new Interference());

        assertThatExceptionOfType(DeclarationException.class)
                .isThrownBy(() -> without.run(WORKLOAD, CacheState.S3_ONLY))
                .withMessage("CacheState.S3_ONLY asks for KV cache in an object store, but the class declares none; add"
                        + " @S3Cache to the class, or run with CacheState.EMPTY or WARM.");
    }

    /** Sends the workload's first request past the runner, straight to prefill. */
    private void askPrefill() {
        NodeControl control = new NodeControl(stack, MODEL, RunLimits.standard());
        byte[] body =
                WORKLOAD.plan(MODEL, control.tokenizer()).requests().get(0).body();
        URI prefill = stack.prefill().get(0).endpoint();
        new ControlClient(Duration.ofSeconds(30)).postJson(prefill.resolve("/v1/completions"), unstreamed(body));
    }

    private static JsonNode unstreamed(byte[] body) {
        try {
            ObjectNode request = (ObjectNode) new ObjectMapper().readTree(body);
            request.remove("stream_options");
            return request.put("stream", false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void damageEveryObject() {
        bucket.list().forEach(object -> damage(object.key()));
    }

    private void damage(String key) {
        byte[] bytes = bucket.read(key);
        bytes[bytes.length / 2] ^= 0x40;
        bucket.write(key, bytes);
    }

    private void isWrongTextFromS3(OutputDifference difference) {
        assertThat(difference.kind()).isEqualTo(OutputDifference.Kind.TEXT);
        assertThat(difference.servedFrom()).contains("S3");
        assertThat(difference.measuredText()).isNotEqualTo(difference.freshText());
    }

    private static List<InvalidReason> reasons(BenchmarkResult result) {
        return result.problems().stream().map(Problem::reason).toList();
    }

    private static List<String> texts(BenchmarkResult result) {
        return result.requireValid().requests().stream()
                .map(RequestRecord::text)
                .toList();
    }

    private static Declaration declaration() {
        return new Declaration(
                "class X",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.GAUDI, 1, 0, "")),
                Optional.of(new Declaration.S3("", Optional.empty())));
    }

    private static List<RouterConfig.Target> targets(URI endpoint, String name) {
        return List.of(new RouterConfig.Target(name, endpoint));
    }

    private <T extends AutoCloseable> T keep(T part) {
        running.push(part);
        return part;
    }

    /** Does something to the stack between the moment its caches are ready and the first measured request. */
    private final class Interference implements RunObserver {

        @Override
        public void planned(Schedule schedule) {}

        @Override
        public IntConsumer sending(String title, int requests) {
            if (title.startsWith("measuring") && !beforeMeasuring.isEmpty()) {
                beforeMeasuring.pop().run();
            }
            return done -> {};
        }

        @Override
        public void sent() {}
    }
}
