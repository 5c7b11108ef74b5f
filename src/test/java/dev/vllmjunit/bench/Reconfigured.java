package dev.vllmjunit.bench;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.S3Cache;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.RepeatMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.Assumptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Tests that fail because a part was started with another configuration, or at the wrong moment. {@link LocalDiagnosisIT} runs them. What
 * a log says of a configuration stays: those that leave a trace come late, so that the first cause is their own.
 */
@PrefillNode(ROCM)
@DecodeNode(GAUDI)
@S3Cache
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class Reconfigured {

    static final String PROFILE =
            """
            model:
              maxModelLength: 4096
            kvTransfer:
              enforceHandshakeCompatibility: false
              lease: 20s
            """;

    private static final String PREFILL = "prefill-0";
    private static final String DECODE = "decode-0";
    private static final String CACHE_SERVER = "lmcache-server";
    static final Path FAKE_TIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");
    /** Beyond the 15 minutes that signatures are good for. */
    private static final String LATE = "-50m";

    private static final LongDocumentQa TWICE = longDocumentQa()
            .documents(2)
            .documentLength(1_000)
            .repeat(2)
            .order(RepeatMode.TILE)
            .outputTokens(4)
            .concurrency(1);

    private ReplacedParts parts;

    @BeforeEach
    void begin(ServingStack stack) {
        FaultyProvisioner.running().outagesAreHidden = true;
        FaultyProvisioner.running().prefill.rest();
        FaultyProvisioner.running().decode.rest();
        if (parts == null) {
            Path log = stack.nodes().get(0).log().orElseThrow();
            parts = new ReplacedParts(requireNonNull(log.getParent()), PREFILL, DECODE, CACHE_SERVER);
        }
    }

    @AfterAll
    void stop() {
        parts.close();
    }

    /** For less than a lease, whose end the next run waits for. */
    @PerformanceTest
    @Order(1)
    void prefillStopsDuringATransfer(ServingStack stack) {
        stack.run(TWICE.seed(20), CacheState.EMPTY);
        FaultyProvisioner.running().decode.before(0, () -> OwnProcesses.pause("prefill-0", 12));
        fails(stack, 21);
    }

    @PerformanceTest
    @Order(2)
    void decodeComputesInAnotherType(ServingStack stack) {
        parts.only(DECODE, part -> comparing(part, true).and("--dtype", "bfloat16"));
        fails(stack, 1);
    }

    @PerformanceTest
    @Order(3)
    void decodeComputesInAnotherTypeAndDoesNotCompare(ServingStack stack) {
        parts.only(DECODE, part -> comparing(part, false).and("--dtype", "bfloat16"));
        fails(stack, 2);
    }

    private static OwnPart comparing(OwnPart part, boolean enforced) {
        return part.replacing("\"enforce_handshake_compat\":\\w+", "\"enforce_handshake_compat\":" + enforced);
    }

    @PerformanceTest
    @Order(4)
    void decodeHasSmallerBlocks(ServingStack stack) {
        parts.only(DECODE, part -> part.and("--block-size", "64"));
        fails(stack, 3);
    }

    @PerformanceTest
    @Order(5)
    void aBaseModelIsToChat(ServingStack stack) {
        parts.only(PREFILL, part -> part.without(Path.of("chat_template.jinja")));
        FaultyProvisioner.running().prefill.paths(path -> path.replace("/v1/completions", "/v1/chat/completions"));
        FaultyProvisioner.running().prefill.requests(Reconfigured::chat);
        stack.run(TWICE.seed(23), CacheState.EMPTY).requireValid();
    }

    private static void chat(ObjectNode request) {
        request.remove("prompt");
        request.putArray("messages").addObject().put("role", "user").put("content", "a");
    }

    @PerformanceTest
    @Order(6)
    void prefillWorksWithoutTheCacheServer(ServingStack stack) throws IOException {
        parts.only(PREFILL, part -> part);
        stack.run(TWICE.seed(40), CacheState.EMPTY);
        OwnProcesses.end(CACHE_SERVER);
        Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> count(PREFILL, "entering degraded mode") >= 2);
        fails(stack, 4);
    }

    @PerformanceTest
    @Order(7)
    void theCacheServerEndsUnderARequest(ServingStack stack) {
        parts.only(PREFILL, Reconfigured::impatient);
        stack.run(TWICE.seed(50), CacheState.EMPTY);
        FaultyProvisioner.running().prefill.before(0, () -> OwnProcesses.end(CACHE_SERVER));
        fails(stack, 5);
    }

    @PerformanceTest
    @Order(8)
    void theCacheServerIsStartedAnewUnnoticed(ServingStack stack) {
        parts.only(PREFILL, Reconfigured::impatient);
        stack.run(TWICE.seed(60), CacheState.EMPTY);
        parts.replace(CACHE_SERVER, part -> part);
        fails(stack, 6);
    }

    /** Gives up after 10 s, and looks once in two minutes whether the cache server is there. */
    private static OwnPart impatient(OwnPart part) {
        return part.replacing(
                "\"lmcache.mp.mq_timeout\":\\d+", "\"lmcache.mp.mq_timeout\":10,\"lmcache.mp.heartbeat_interval\":120");
    }

    @PerformanceTest
    @Order(9)
    void prefillStartsBeforeTheCacheServer(ServingStack stack) {
        parts.only(PREFILL, part -> part);
        stack.run(TWICE.seed(70), CacheState.EMPTY);
        OwnProcesses.end(CACHE_SERVER);
        parts.replace(PREFILL, Reconfigured::impatient);
        fails(stack, 7);
    }

    @PerformanceTest
    @Order(10)
    void theSecretIsWrong(ServingStack stack) {
        parts.only(CACHE_SERVER, part -> part.replacing("(aws_secret_access_key\\W+)[0-9a-f]+", "$1" + "0".repeat(40)));
        fails(stack, 8);
    }

    @PerformanceTest
    @Order(11)
    void theClockIsLate(ServingStack stack) {
        Assumptions.assumeThat(FAKE_TIME).as("apt-get install libfaketime").exists();
        parts.only(
                CACHE_SERVER,
                part -> part.with(Map.of(
                        "LD_PRELOAD", FAKE_TIME.toString(), "FAKETIME", LATE, "FAKETIME_DONT_FAKE_MONOTONIC", "1")));
        fails(stack, 9);
    }

    @PerformanceTest
    @Order(12)
    void theStoresNameDoesNotResolve(ServingStack stack) {
        parts.only(CACHE_SERVER, part -> part.replacing("s3://127\\.0\\.0\\.1", "s3://nowhere.invalid"));
        fails(stack, 10);
    }

    @PerformanceTest
    @Order(13)
    void theStoreTakesOneRequestAtATime(ServingStack stack) {
        throughDoor(
                StoreDoor.Way.ONE_AFTER_THE_OTHER,
                () -> fails(stack.run(TWICE.documentLength(3_000).seed(18), CacheState.S3_ONLY)));
    }

    @PerformanceTest
    @Order(14)
    void theStoreIsBrokenForWrites(ServingStack stack) {
        throughDoor(StoreDoor.Way.BROKEN_FOR_WRITES, () -> fails(stack, 19));
    }

    private void throughDoor(StoreDoor.Way way, Runnable run) {
        try (StoreDoor door = new StoreDoor(
                FaultyProvisioner.running()
                        .stack
                        .objectStore()
                        .orElseThrow()
                        .endpoint()
                        .getPort(),
                way)) {
            parts.only(CACHE_SERVER, part -> part.replacing("(s3://127\\.0\\.0\\.1:)\\d+", "$1" + door.port()));
            run.run();
        }
    }

    /** As of another version of a model with the same name. */
    @PerformanceTest
    @Order(15)
    void prefillComesBackWithAnotherModel(ServingStack stack) {
        parts.only(PREFILL, part -> part);
        FaultyProvisioner.running()
                .insteadOfARestart(
                        () -> parts.only(PREFILL, part -> part.and("--hf-overrides", "{\"rms_norm_eps\": 0.5}")));
        stack.run(TWICE.outputTokens(32).seed(22), CacheState.S3_AFTER_RESTART).requireValid();
    }

    @PerformanceTest
    @Order(16)
    void prefillHasNixlAlone(ServingStack stack) {
        parts.only(PREFILL, part -> part.replacing("^\\{.*\"connectors\":\\[(\\{.*?\\}\\}),.*", "$1"));
        fails(stack, 11);
    }

    /** Only other hashes than LMCache's default are seeded. */
    @PerformanceTest
    @Order(17)
    void theSeedOfHashesIsAnother(ServingStack stack) {
        parts.only(CACHE_SERVER, part -> hashing(part, "sha256"));
        stack.run(TWICE.seed(12), CacheState.EMPTY);
        parts.only(CACHE_SERVER, part -> hashing(part, "sha256").with(Map.of("PYTHONHASHSEED", "7")));
        fails(stack, 12);
    }

    @PerformanceTest
    @Order(18)
    void hashesHaveNoSeed(ServingStack stack) {
        parts.only(CACHE_SERVER, part -> hashing(part, "builtin").without("PYTHONHASHSEED"));
        fails(stack, 13);
    }

    private static OwnPart hashing(OwnPart part, String algorithm) {
        return part.replacing("\"--chunk-size\"", "\"--hash-algorithm\",\"" + algorithm + "\",\"--chunk-size\"");
    }

    @PerformanceTest
    @Order(19)
    void theBucketIsNotNamed(ServingStack stack) {
        parts.only(PREFILL, part -> part.linked("tiny").replacing("^nixl/tiny$", "tiny"));
        fails(stack, 14);
    }

    @PerformanceTest
    @Order(20)
    void prefillServesTheModelFromAnotherPath(ServingStack stack) {
        parts.only(PREFILL, part -> part.linked("nixl/other").replacing("^nixl/tiny$", "nixl/other"));
        fails(stack, 15);
    }

    @PerformanceTest
    @Order(21)
    void prefillHasTwoRanks(ServingStack stack) {
        parts.only(PREFILL, part -> part.and("--tensor-parallel-size", "2"));
        fails(stack, 16);
    }

    @PerformanceTest
    @Order(22)
    void chunksHaveAnotherSize(ServingStack stack) {
        parts.only(CACHE_SERVER, part -> part.replacing("(--chunk-size\\W+)256", "$1" + 512));
        fails(stack, 17);
    }

    /** Whatever becomes of it: more is asked than any run gives. */
    private static void fails(ServingStack stack, int seed) {
        fails(stack.run(TWICE.seed(seed), CacheState.EMPTY));
    }

    private static void fails(BenchmarkResult run) {
        assertThat(run.requireValid()).totalTime().isLessThan(Duration.ofNanos(1));
    }

    private long count(String part, String words) throws IOException {
        return Files.readString(parts.log(part)).split(words, -1).length - 1L;
    }
}
