package dev.vllmjunit.bench;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.FaultyLinks;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.S3Cache;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.workload.LongDocumentQa;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;

/** Tests that fail because of the object store or the way to it. {@link LocalDiagnosisIT} runs them. */
@PrefillNode(ROCM)
@DecodeNode(GAUDI)
@S3Cache
@FaultyLinks
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StoreFaults {

    static final String PROFILE =
            """
            model:
              maxModelLength: 4096
            kvTransfer:
              lease: %ds
            """
                    .formatted(Provoked.LEASE.toSeconds());

    /** So many requests fill the caches. */
    private static final int FILLED = 2;

    private static final LongDocumentQa ONCE = longDocumentQa()
            .documents(2)
            .documentLength(3_000)
            .repeat(1)
            .outputTokens(4)
            .concurrency(1);

    @AfterEach
    void rest() {
        FaultyProvisioner.running().prefill.rest();
        OwnProcesses.signal("ceph", "radosgw -f", "CONT");
        new Recovery(FaultyProvisioner.running().stack).recover();
    }

    @PerformanceTest
    @Order(1)
    void theLinkIsNarrow(ServingStack stack) {
        stack.faults().s3Link().limit(3_000_000);
        asksTooMuch(stack.run(ONCE.seed(1), CacheState.S3_ONLY));
    }

    @PerformanceTest
    @Order(2)
    void theOsdIsSlow(ServingStack stack) {
        try (CephDaemon osd = CephDaemon.of("osd.0")) {
            FaultyProvisioner.running().prefill.before(FILLED, () -> {
                osd.set("osd_debug_inject_dispatch_delay_duration", "0.2", "0.1");
                osd.set("osd_debug_inject_dispatch_delay_probability", "1", "0");
            });
            asksTooMuch(stack.run(ONCE.seed(2), CacheState.S3_ONLY));
        }
    }

    @PerformanceTest
    @Order(3)
    void theGatewayTakesOneRequestAtATime(ServingStack stack) {
        try (CephDaemon gateway = CephDaemon.of("client.rgw")) {
            gateway.set("rgw_max_concurrent_requests", "1", "1024");
            asksTooMuch(stack.run(ONCE.seed(3), CacheState.S3_ONLY));
        }
    }

    @PerformanceTest
    @Order(4)
    void theKeysExpireAndNoAccessLogSaysSo(ServingStack stack) {
        stack.faults().credentials().expire();
        asksTooMuch(stack.run(ONCE.seed(4), CacheState.EMPTY));
    }

    /** For longer than a request may take. */
    @PerformanceTest
    @Order(5)
    void theGatewayStandsStill(ServingStack stack) {
        FaultyProvisioner.running().prefill.before(FILLED, () -> {
            OwnProcesses.signal("ceph", "radosgw -f", "STOP");
            CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS)
                    .execute(() -> OwnProcesses.signal("ceph", "radosgw -f", "CONT"));
        });
        stack.run(ONCE.concurrency(2).seed(5), CacheState.S3_ONLY).requireValid();
    }

    /** The last one: LMCache never comes back from it. */
    @PerformanceTest
    @Order(6)
    void theLinkRefusesConnections(ServingStack stack) {
        OwnProcesses.signal("ceph", "radosgw -f", "CONT");
        FaultyProvisioner.running()
                .prefill
                .before(2, () -> stack.faults().s3Link().refuse());
        asksTooMuch(stack.run(ONCE.seed(6), CacheState.S3_ONLY));
    }

    /** Of any run. */
    private static void asksTooMuch(BenchmarkResult run) {
        assertThat(run.requireValid()).totalTime().isLessThan(Duration.ofNanos(1));
    }
}
