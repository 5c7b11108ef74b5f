package dev.vllmjunit.bench;

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
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.CacheObject;
import dev.vllmjunit.load.NettyLoadDriver;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.DeclarationException;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.TopologyMerge;
import dev.vllmjunit.workload.LongDocumentQa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on the embedded stack: two documents of 2,000 tokens, each asked twice; blocks of 128, chunks of 256 tokens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BenchmarkRunnerIT {

    private static final LongDocumentQa WORKLOAD = EmbeddedRig.TWO_DOCUMENTS_TWICE;

    private EmbeddedRig rig;

    @BeforeAll
    void start(@TempDir Path logs) {
        rig = EmbeddedRig.start(EmbeddedRig.request(logs));
        rig.runner.run(EmbeddedRig.TWO_DOCUMENTS_TWICE, CacheState.EMPTY);
    }

    @BeforeEach
    void forget() {
        rig.forget();
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @Test
    void aColdRunComputesEachDocumentOnce() {
        BenchmarkResult cold = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

        assertThat(cold.tokens().prompt()).isEqualTo(8_000);
        assertThat(cold.tokens().computed()).isEqualTo(2 * 2_000 + 2 * 80);
        assertThat(cold.tokens().device()).isEqualTo(2 * 1_920);
        assertThat(cold.tokens().s3()).isZero();
        assertThat(cold.tokens().decodeComputed()).isZero();
    }

    /** What an engine held from the run before, the decode node above all, would be pulled no more. */
    @Test
    void aSecondColdRunIsAsColdAsTheFirst() {
        BenchmarkResult first = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();
        BenchmarkResult second = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

        assertThat(first.tokens().pulled()).isGreaterThanOrEqualTo(2 * 2_000);
        assertThat(second.tokens()).isEqualTo(first.tokens());
        assertThat(second.transfers().bytes()).isEqualTo(first.transfers().bytes());
    }

    @Test
    void theBucketIsClearedNoEarlierThanTheLastWriteOfARunBefore() {
        rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();
        String late = rig.bucket.list().get(0).key() + "@late";
        List<CompletableFuture<Void>> writing = new ArrayList<>();
        rig.observer.beforeCachesAreSet(() -> writing.add(CompletableFuture.runAsync(() -> writeForASecond(late))));

        rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

        writing.get(0).join();
        assertThat(rig.bucket.list()).extracting(CacheObject::key).noneMatch(key -> key.startsWith(late));
    }

    @Test
    void aRunFromS3LoadsEachDocumentsWholeChunksOnce() {
        BenchmarkResult fromS3 = rig.runner.run(WORKLOAD, CacheState.S3_ONLY).requireValid();

        assertThat(fromS3.tokens().s3()).isEqualTo(2 * 1_792);
        assertThat(fromS3.tokens().device()).isEqualTo(2 * 1_920);
        assertThat(fromS3.tokens().computed()).isEqualTo(2 * 208 + 2 * 80);
        assertThat(rig.bucket.list()).hasSizeGreaterThanOrEqualTo(2 * 7);
    }

    @Test
    void aRestartedPrefillNodeLoadsEachDocumentsWholeChunksOnce() {
        BenchmarkResult restarted =
                rig.runner.run(WORKLOAD, CacheState.S3_AFTER_RESTART).requireValid();

        assertThat(rig.stack.prefill().get(0).log().orElseThrow()).content().contains("restarts");
        assertThat(restarted.tokens().s3()).isEqualTo(2 * 1_792);
        assertThat(restarted.tokens().computed()).isEqualTo(2 * 208 + 2 * 80);
        assertThat(texts(restarted)).isEqualTo(texts(rig.runner.run(WORKLOAD, CacheState.EMPTY)));
    }

    @Test
    void theStoreSawAsManyBytesAsTheCacheServerClaims() {
        assertThat(traffic(CacheState.EMPTY))
                .isEqualTo("store: 0 GETs, 0 B, 14 PUTs, 1.17 GB; writer: 0 chunks loaded, 14 stored");
        assertThat(traffic(CacheState.S3_ONLY))
                .isEqualTo("store: 14 GETs, 1.17 GB, 0 PUTs, 0 B; writer: 14 chunks loaded, 0 stored");
        assertThat(traffic(CacheState.WARM))
                .isEqualTo("store: 0 GETs, 0 B, 0 PUTs, 0 B; writer: 0 chunks loaded, 0 stored");
    }

    private String traffic(CacheState state) {
        return rig.runner
                .run(WORKLOAD, state)
                .requireValid()
                .conditions()
                .facts()
                .getOrDefault("S3 requests in the run", "");
    }

    @Test
    void aReadThatNoWriterClaimsMakesTheRunInvalid() {
        rig.observer.beforeMeasuring(
                () -> rig.bucket.read(rig.bucket.list().get(0).key()));

        assertThat(rig.runner.run(WORKLOAD, CacheState.S3_ONLY).problems())
                .containsExactly(new Problem(
                        InvalidReason.SOURCES_DISAGREE,
                        "bytes read from the object store, by its own count of 15 GETs = 1258291200, but bytes of the 14"
                                + " chunks that the cache's writer claims to have loaded = 1174405120; they have to agree"
                                + " exactly"));
    }

    @Test
    void aWarmRunComputesLastPartsOfBlocksOnly() {
        BenchmarkResult warm = rig.runner.run(WORKLOAD, CacheState.WARM).requireValid();

        assertThat(warm.tokens().computed()).isEqualTo(4 * 80);
    }

    @Test
    void theTextIsTheSameInEveryState() {
        List<String> cold = texts(rig.runner.run(WORKLOAD, CacheState.EMPTY));

        assertThat(texts(rig.runner.run(WORKLOAD, CacheState.S3_ONLY))).isEqualTo(cold);
        assertThat(texts(rig.runner.run(WORKLOAD, CacheState.WARM))).isEqualTo(cold);
    }

    @Test
    void everyRequestsHopsAreOnTheDriversClock() {
        BenchmarkResult cold = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

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
        rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();
        rig.observer.beforeMeasuring(
                () -> rig.bucket.delete(rig.bucket.list().get(0).key()));

        assertThat(reasons(rig.runner.run(WORKLOAD, CacheState.S3_ONLY)))
                .containsExactly(InvalidReason.CACHE_STATE_NOT_REACHED);
    }

    @Test
    void aCacheThatWasFilledBehindItsBackMakesAColdRunInvalid() {
        rig.observer.beforeMeasuring(this::askPrefill);

        assertThat(reasons(rig.runner.run(WORKLOAD, CacheState.EMPTY)))
                .containsExactly(InvalidReason.CACHE_STATE_NOT_REACHED);
    }

    @Test
    void aDriverThatIsHeldUpMakesTheRunInvalid() {
        for (int more = 0; more < 3; more++) {
            rig.observer.afterAnAnswer(() -> Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ofMillis(600))
                    .until(() -> true));
        }

        assertThat(reasons(rig.runner.run(WORKLOAD.promptCount(100).outputTokens(1), CacheState.WARM)))
                .as("three of a hundred requests were sent late: the 99th percentile is one of them")
                .containsExactly(InvalidReason.CLIENT_TOO_SLOW);
    }

    @Test
    void aClosedLoopSaysThatItsTailIsALowerBound() {
        assertThat(rig.runner
                        .run(WORKLOAD, CacheState.EMPTY)
                        .conditions()
                        .facts()
                        .get("arrivals"))
                .startsWith("closed loop, ")
                .endsWith(": a stall delays later requests instead of showing in their latency, so that the tail is a"
                        + " lower bound");
    }

    @Test
    void tellsWhatTheObjectStoreHolds() {
        rig.runner.run(WORKLOAD, CacheState.S3_ONLY).requireValid();

        int chunks = 2 * 7;
        assertThat(rig.runner.stored().orElseThrow())
                .as("the chunks of the workload's two documents")
                .startsWith(chunks + " objects, ")
                .contains("\n  LMCache, " + EmbeddedRig.MODEL + ", rank 0: " + chunks + " objects, ")
                .doesNotContain("no known layout");
    }

    @Test
    void s3OnlyNeedsAnObjectStore() {
        BenchmarkRunner without = new BenchmarkRunner(
                TopologyMerge.merge(
                        new Declaration("class X", EmbeddedRig.declaration(1, 1).nodes(), Optional.empty()),
                        new ProfileLoader(Path.of("profiles")).load("nixl-only")),
                rig.stack,
                Entrance.through(rig.router),
                rig.keep(new NettyLoadDriver()),
                Optional.empty(),
                RunLimits.standard(),
                rig.observer);

        assertThatExceptionOfType(DeclarationException.class)
                .isThrownBy(() -> without.run(WORKLOAD, CacheState.S3_ONLY))
                .withMessage("CacheState.S3_ONLY asks for KV cache in an object store, but the class declares none; add"
                        + " @S3Cache to the class, or run with CacheState.EMPTY or WARM.");
    }

    /** Sends the workload's first request past the runner, straight to prefill. */
    private void askPrefill() {
        NodeControl control = new NodeControl(rig.stack, EmbeddedRig.MODEL, RunLimits.standard());
        byte[] body = WORKLOAD.plan(EmbeddedRig.MODEL, control.tokenizer())
                .requests()
                .get(0)
                .body();
        URI prefill = rig.stack.prefill().get(0).endpoint();
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

    private void writeForASecond(String key) {
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        for (int i = 0; System.nanoTime() - end < 0; i++) {
            rig.bucket.write(key + i, new byte[64]);
        }
    }

    private static List<InvalidReason> reasons(BenchmarkResult result) {
        return result.problems().stream().map(Problem::reason).toList();
    }

    private static List<String> texts(BenchmarkResult result) {
        return result.requireValid().requests().stream()
                .map(RequestRecord::text)
                .toList();
    }
}
