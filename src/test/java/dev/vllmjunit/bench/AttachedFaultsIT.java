package dev.vllmjunit.bench;

import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.FaultyLinks;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.S3Cache;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Injection;
import dev.vllmjunit.faults.During;
import dev.vllmjunit.faults.Faults;
import dev.vllmjunit.kvstore.AwsKeys;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.attach.AttachedTests;
import dev.vllmjunit.workload.LongDocumentQa;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the faults on purpose can be done to nodes that somebody else runs, and why the rest cannot. */
class AttachedFaultsIT {

    private EmbeddedRig rig;

    @BeforeEach
    void start(@TempDir Path logs) {
        rig = EmbeddedRig.start(EmbeddedRig.request(logs));
        var keys = access().credentials().resolveCredentials();
        AwsKeys.use(keys);
    }

    private ObjectStoreAccess access() {
        return rig.stack.objectStore().orElseThrow();
    }

    @AfterEach
    void stop() {
        AwsKeys.forget();
        rig.close();
    }

    @Test
    void objectsCanBeHarmedAndTheRestIsRefusedWithTheReason(@TempDir Path reports) {
        AttachedTests.pass(
                Attached.class,
                rig.stack.prefill().get(0).endpoint(),
                rig.stack.decode().get(0).endpoint(),
                reports,
                Map.of(
                        "vllm.profile", "nixl-s3",
                        "vllm.s3.endpoint", access().endpoint().toString(),
                        "vllm.s3.bucket", access().bucket(),
                        "vllm.s3.path-style", "true",
                        "vllm.attach.cache-server",
                                rig.stack.cacheServer().orElseThrow().toString()));
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @S3Cache
    @FaultyLinks
    static class Attached {

        private static final LongDocumentQa WORKLOAD =
                longDocumentQa().documents(2).documentLength(600).repeat(1).outputTokens(4);

        @PerformanceTest
        void objectsAreTruncatedAndAsTheyWereAfterwards(ServingStack stack) {
            BenchmarkResult run =
                    stack.run(WORKLOAD, CacheState.S3_ONLY, During.after(Duration.ZERO, faults -> faults.objects()
                            .truncate(4)));

            assertThat(run.injections()).extracting(Injection::what).containsExactly("4 cache objects truncated");
            stack.run(WORKLOAD, CacheState.S3_ONLY).requireValid();
        }

        @PerformanceTest
        void nodesAndLinksAreSomebodyElses(ServingStack stack) {
            Faults faults = stack.faults();

            refused(
                    faults.prefill(0)::kill,
                    "the attach stack did not start its nodes, and does not kill prefill-0; run on the embedded, the local or the"
                            + " docker stack");
            refused(
                    faults.decode(0)::pause,
                    "the attach stack did not start its nodes, and does not pause decode-0; run on the embedded, the local or the"
                            + " docker stack");
            refused(faults.decode(0)::restart, "the attach stack does not restart nodes, and so not decode-0");
            refused(
                    faults::s3Link,
                    "the attach stack does not write its KV cache through a link of this JVM; run on the embedded or the local stack, or in containers on this machine");
            refused(
                    faults::credentials,
                    "the attach stack does not write its KV cache through a link of this JVM; run on the embedded or the local stack, or in containers on this machine");
            refused(
                    faults::transferLink,
                    "nodes of the attach stack do not reach ports of this JVM, and so their transfers do not go through its"
                            + " link; run on the embedded or the local stack, or in containers on this machine");
        }

        private static void refused(ThrowingCallable what, String why) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(what)
                    .withMessage(why);
        }
    }
}
