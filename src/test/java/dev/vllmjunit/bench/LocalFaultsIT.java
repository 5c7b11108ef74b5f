package dev.vllmjunit.bench;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.WrongOutputError;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.local.LocalProvisioner;
import dev.vllmjunit.provision.local.Requests;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.RepeatMode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults of real vLLM, NIXL, LMCache and Ceph that a started stack meets. One stack serves them all, in this order, for a start takes
 * most of a minute: first those that it survives.
 */
@Tag("local")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LocalFaultsIT {

    private static final Duration NAMED_WITHIN = Duration.ofSeconds(60);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final LongDocumentQa WORKLOAD = longDocumentQa()
            .documents(3)
            .documentLength(2_000)
            .repeat(2)
            .order(RepeatMode.TILE)
            .outputTokens(16)
            .concurrency(1);

    private Path logs;
    private EmbeddedRig rig;

    @BeforeAll
    void start(@TempDir Path logs) {
        this.logs = logs;
        rig = started();
    }

    private EmbeddedRig started() {
        ProvisionRequest request =
                Requests.changed("kvTransfer:\n  lease: " + LEASE.toSeconds() + "s\n", Map.of(), logs);
        return EmbeddedRig.around(request, new LocalProvisioner().start(request));
    }

    @AfterAll
    void stop() {
        if (rig != null) {
            rig.close();
        }
    }

    @Test
    @Order(1)
    void healthyRunsStayGreen() {
        for (CacheState state : List.of(CacheState.EMPTY, CacheState.S3_ONLY, CacheState.WARM)) {
            BenchmarkResult run = rig.runner.run(WORKLOAD, state).requireValid();

            assertThat(run.differences()).isEmpty();
        }
    }

    @Test
    @Order(2)
    void alteredObjectsAreNamedAndTheTextIsWrong() {
        rig.observer.beforeMeasuring(() -> damage(LocalFaultsIT::flipped));

        BenchmarkResult altered = rig.runner.run(WORKLOAD.seed(2), CacheState.S3_ONLY);

        assertThat(reasons(altered)).contains(InvalidReason.CACHE_ALTERED);
        assertThatExceptionOfType(WrongOutputError.class)
                .isThrownBy(altered::requireRightOutputs)
                .withMessageContaining("served from S3")
                .withMessageContaining("first difference: token ");
    }

    @Test
    @Order(3)
    void truncatedObjectsAreNamed() {
        rig.observer.beforeMeasuring(() -> damage(bytes -> Arrays.copyOf(bytes, bytes.length / 2)));

        BenchmarkResult truncated = rig.runner.run(WORKLOAD.seed(3), CacheState.S3_ONLY);

        assertThat(reasons(truncated)).contains(InvalidReason.CACHE_ALTERED);
    }

    @Test
    @Order(4)
    void staleBlockIdsMakeTheTextWrong() {
        URI prefill = rig.stack.prefill().get(0).endpoint();
        try (Tampering stale = new Tampering(prefill);
                EmbeddedRig misled = EmbeddedRig.around(
                        rig.request, new BehindProxy(rig.stack, Map.of(prefill, stale.endpoint())))) {
            stale.answers(firstIdsOfThatLength());
            BenchmarkResult run = misled.runner.run(WORKLOAD.seed(4), CacheState.EMPTY);

            assertThatExceptionOfType(WrongOutputError.class)
                    .isThrownBy(run::requireRightOutputs)
                    .withMessageContaining("first difference: token ");
        }
    }

    private static Consumer<ObjectNode> firstIdsOfThatLength() {
        Map<Integer, JsonNode> first = new ConcurrentHashMap<>();
        return params -> {
            JsonNode ids = params.path("remote_block_ids");
            params.set("remote_block_ids", first.computeIfAbsent(ids.toString().split(",").length, length -> ids));
        };
    }

    @Test
    @Order(5)
    void aPulledBlockWhoseLeaseHasEndedMakesTheRunInvalid() {
        rig.observer.afterAnAnswer(this::stopDecodeForLongerThanALease);

        BenchmarkResult late = rig.runner.run(WORKLOAD.seed(5).concurrency(2), CacheState.EMPTY);

        assertThat(late.problems())
                .anySatisfy(problem -> assertThat(problem.detail()).contains("lease"));
    }

    private void stopDecodeForLongerThanALease() {
        OwnProcesses.signal("decode-0", "STOP");
        CompletableFuture.delayedExecutor(LEASE.toSeconds() + 4, TimeUnit.SECONDS)
                .execute(() -> OwnProcesses.signal("decode-0", "CONT"));
    }

    @Test
    @Order(6)
    void aDecodeNodeThatIsKilledIsNamedAndCanBeRestarted() {
        rig.observer.afterAnAnswer(() -> OwnProcesses.kill("decode-0", ""));

        isLost(CacheState.EMPTY, "decode-0 ended with status 137 (killed");

        rig.stack.restart(rig.stack.decode().get(0));
        rig.runner.run(WORKLOAD.seed(7), CacheState.EMPTY).requireValid();
    }

    @Test
    @Order(7)
    void aCacheServerThatIsKilledIsNamed() {
        rig.observer.afterAnAnswer(() -> OwnProcesses.kill("lmcache-server", ""));

        isLost(CacheState.S3_ONLY, "lmcache-server ended with status 137 (killed");
    }

    @Test
    @Order(8)
    void aGatewayThatIsKilledIsNamed() {
        rig.close();
        rig = started();
        rig.observer.afterAnAnswer(() -> OwnProcesses.kill("ceph", "radosgw -f"));

        isLost(CacheState.S3_ONLY, "ceph ended with status 1: ERROR: radosgw ended with status 137");
    }

    private void isLost(CacheState state, String named) {
        Instant start = Instant.now();
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> rig.runner.run(WORKLOAD.seed(6), state))
                .withMessageStartingWith("INVALID (STACK_LOST): " + named)
                .withMessageContaining("(log: ");
        assertThat(Duration.between(start, Instant.now())).isLessThan(NAMED_WITHIN);
    }

    private void damage(UnaryOperator<byte[]> how) {
        rig.bucket.list().forEach(object -> rig.bucket.write(object.key(), how.apply(rig.bucket.read(object.key()))));
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] other = bytes.clone();
        for (int i = 0; i < other.length; i += 2) {
            other[i] ^= 0x40;
        }
        return other;
    }

    private static List<InvalidReason> reasons(BenchmarkResult run) {
        return run.problems().stream().map(Problem::reason).toList();
    }
}
