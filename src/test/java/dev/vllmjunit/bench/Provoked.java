package dev.vllmjunit.bench;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.S3Cache;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.bench.FaultyProvisioner.Faulty;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.RepeatMode;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;

/** Tests that fail, each of one fault, on one stack: first those that it survives. {@link LocalDiagnosisIT} runs them. */
@PrefillNode(ROCM)
@DecodeNode(GAUDI)
@S3Cache
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class Provoked {

    static final Duration LEASE = Duration.ofSeconds(8);

    /** Prefill's cache has room for four documents. */
    static final String PROFILE =
            """
            model:
              maxModelLength: 4096
            kvTransfer:
              lease: %ds
            prefill:
              arguments: ["--num-gpu-blocks-override", "64"]
            """
                    .formatted(LEASE.toSeconds());

    private static final int CLOSED_PORT = 9;
    private static final LongDocumentQa ONCE = longDocumentQa()
            .documents(1)
            .documentLength(1_000)
            .repeat(1)
            .outputTokens(4)
            .concurrency(1);
    private static final LongDocumentQa TWICE = ONCE.documents(2).repeat(2).order(RepeatMode.TILE);

    @AfterEach
    void rest() {
        Faulty faulty = faulty();
        faulty.prefill.rest();
        faulty.decode.rest();
        faulty.outagesAreHidden = false;
        new Recovery(faulty.stack).recover();
    }

    @PerformanceTest
    @Order(1)
    void nothing(ServingStack stack) {
        stack.run(TWICE.seed(1), CacheState.EMPTY).requireValid();
        stack.run(TWICE.seed(1), CacheState.WARM).requireValid();
        asksTooMuch(stack.run(TWICE.seed(1), CacheState.S3_ONLY).requireValid());
    }

    @PerformanceTest
    @Order(2)
    void objectsAreAltered(ServingStack stack) {
        changeObjects(bucket -> bucket.list().forEach(object -> {
            byte[] bytes = bucket.read(object.key());
            for (int i = 0; i < bytes.length; i += 2) {
                bytes[i] ^= 0x40;
            }
            bucket.write(object.key(), bytes);
        }));
        stack.run(TWICE.seed(2), CacheState.S3_ONLY).requireValid();
    }

    @PerformanceTest
    @Order(3)
    void objectsVanish(ServingStack stack) {
        changeObjects(bucket -> bucket.list().forEach(object -> bucket.delete(object.key())));
        stack.run(TWICE.seed(3), CacheState.S3_ONLY).requireValid();
    }

    /** Between the filling of the caches, a request for each document, and the run. */
    private static void changeObjects(Consumer<CacheBucket> change) {
        faulty().prefill.before(2, () -> {
            try (CacheBucket bucket =
                    new CacheBucket(faulty().stack.objectStore().orElseThrow())) {
                change.accept(bucket);
            }
        });
    }

    @PerformanceTest
    @Order(4)
    void theEngineKeepsItsCache(ServingStack stack) {
        faulty().prefill.paths(path -> path.startsWith("/reset_prefix_cache") ? "" : path);
        stack.run(TWICE.seed(4), CacheState.S3_ONLY).requireValid();
    }

    @PerformanceTest
    @Order(5)
    void hostMemoryIsKept(ServingStack stack) {
        faulty().prefill.paths(path -> path.replace("reset_external=true", "reset_external=false"));
        stack.run(TWICE.seed(5), CacheState.S3_ONLY).requireValid();
    }

    /** From the second round on: a salt is part of a block's hash. */
    @PerformanceTest
    @Order(6)
    void keysChangeAfterTheFill(ServingStack stack) {
        faulty().prefill.before(2, () -> faulty().prefill.requests(request -> request.put("cache_salt", "another")));
        stack.run(TWICE.seed(24), CacheState.S3_ONLY).requireValid();
    }

    @PerformanceTest
    @Order(7)
    void promptsFillNoChunk(ServingStack stack) {
        assertThat(stack.run(TWICE.documentLength(200).seed(6), CacheState.S3_ONLY))
                .cacheHitRate()
                .isAtLeast(Percentage.withPercentage(99));
    }

    @PerformanceTest
    @Order(8)
    void documentsPushEachOtherOut(ServingStack stack) {
        stack.run(TWICE.documents(6).documentLength(2_000).seed(7), CacheState.WARM)
                .requireValid();
    }

    @PerformanceTest
    @Order(9)
    void blockIdsAreOfAnotherRequest(ServingStack stack) {
        Map<String, JsonNode> first = new ConcurrentHashMap<>();
        faulty().decode
                .params(params -> params.set(
                        "remote_block_ids", first.computeIfAbsent("ids", ignored -> params.path("remote_block_ids"))));
        asksTooMuch(stack.run(TWICE.seed(8), CacheState.EMPTY));
    }

    @PerformanceTest
    @Order(10)
    void theSideChannelIsAtLocalhost(ServingStack stack) {
        faulty().decode
                .params(params ->
                        newcomer(params).put("remote_host", "localhost").put("remote_port", CLOSED_PORT));
        stack.run(ONCE.seed(9), CacheState.EMPTY).requireValid();
    }

    /** The first request only: those behind it wait for its handshakes. */
    @PerformanceTest
    @Order(11)
    void nobodyIsAtTheSideChannel(ServingStack stack) {
        faulty().decode.params(params -> {
            newcomer(params).put("remote_port", CLOSED_PORT);
            faulty().decode.params(ignored -> {});
        });
        stack.run(TWICE.seed(10), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(12)
    void thePortIsMissing(ServingStack stack) {
        faulty().decode.params(params -> newcomer(params).putNull("remote_port"));
        stack.run(ONCE.seed(11), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(13)
    void decodeReachesItself(ServingStack stack) {
        int own = OwnProcesses.variable("decode-0", "VLLM_NIXL_SIDE_CHANNEL_PORT");
        faulty().decode.params(params -> newcomer(params).put("remote_port", own));
        stack.run(ONCE.seed(12), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(14)
    void theEngineIsAnother(ServingStack stack) {
        faulty().decode.params(Provoked::newcomer);
        stack.run(ONCE.seed(13), CacheState.EMPTY).requireValid();
    }

    /** Decode shakes hands once with each engine that it does not know. */
    private static ObjectNode newcomer(ObjectNode params) {
        return params.put("remote_engine_id", UUID.randomUUID().toString());
    }

    @PerformanceTest
    @Order(15)
    void blockIdsAreOutOfRange(ServingStack stack) {
        faulty().decode.params(params -> {
            for (JsonNode ids : params.path("remote_block_ids")) {
                ((ArrayNode) ids).set(0, 1_000_006);
            }
        });
        stack.run(ONCE.seed(14), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(16)
    void decodeIsNotToldToPull(ServingStack stack) {
        faulty().decode.params(params -> params.put("do_remote_prefill", false));
        asksTooMuch(stack.run(TWICE.seed(15), CacheState.EMPTY));
    }

    @PerformanceTest
    @Order(17)
    void decodeStopsForLongerThanALease(ServingStack stack) {
        faulty().decode.before(0, () -> OwnProcesses.pause("decode-0", LEASE.toSeconds() + 4));
        asksTooMuch(stack.run(TWICE.concurrency(2).seed(16), CacheState.EMPTY));
    }

    /** Decode knows no engine yet that was just started. */
    @PerformanceTest
    @Order(18)
    void aHandshakeWaitsBehindOthers(ServingStack stack) {
        faulty().stack.restart(faulty().stack.prefill().get(0));
        faulty().decode.params(params -> {
            newcomer(params).put("remote_port", CLOSED_PORT);
            faulty().decode.params(ignored -> {});
        });
        stack.run(ONCE.documents(2).concurrency(2).seed(25), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(19)
    void writesAreForbidden(ServingStack stack) {
        try (BucketRights rights = new BucketRights(faulty().stack.objectStore().orElseThrow())) {
            rights.forbidWrites();
            asksTooMuch(stack.run(TWICE.seed(18), CacheState.EMPTY));
        }
    }

    @PerformanceTest
    @Order(20)
    void theBucketIsDeleted(ServingStack stack) {
        try (BucketRights rights = new BucketRights(faulty().stack.objectStore().orElseThrow())) {
            faulty().prefill.before(0, rights::deleteBucket);
            asksTooMuch(stack.run(ONCE.seed(19), CacheState.EMPTY));
        }
    }

    @PerformanceTest
    @Order(21)
    void prefillIsKilledBeforeThePull(ServingStack stack) {
        faulty().outagesAreHidden = true;
        faulty().decode.before(0, () -> OwnProcesses.signal("prefill-0", "KILL"));
        stack.run(ONCE.seed(20), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(22)
    void decodeIsToldNoEngine(ServingStack stack) {
        faulty().decode.params(params -> params.remove("remote_engine_id"));
        stack.run(ONCE.seed(21), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(23)
    void decodeIsToldTooFewBlocks(ServingStack stack) {
        faulty().decode.params(params -> {
            for (JsonNode ids : params.path("remote_block_ids")) {
                ((ArrayNode) ids).remove(0);
            }
        });
        stack.run(ONCE.seed(26), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(24)
    void decodeIsToldNoBlocks(ServingStack stack) {
        faulty().decode.params(params -> params.remove("remote_block_ids"));
        stack.run(ONCE.seed(22), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(25)
    void theGatewayIsKilled(ServingStack stack) {
        faulty().outagesAreHidden = true;
        faulty().prefill.before(2, () -> OwnProcesses.kill("ceph", "radosgw -f"));
        stack.run(TWICE.seed(23), CacheState.S3_ONLY).requireValid();
    }

    private static Faulty faulty() {
        return FaultyProvisioner.running();
    }

    /** Of any run. */
    private static void asksTooMuch(BenchmarkResult run) {
        assertThat(run.requireValid()).totalTime().isLessThan(Duration.ofNanos(1));
    }
}
