package dev.vllmjunit.bench;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.bench.FaultyProvisioner.Faulty;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.workload.LongDocumentQa;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;

/** Tests that fail because nodes refuse their requests, have too many, or end. {@link LocalDiagnosisIT} runs them. */
@PrefillNode(ROCM)
@DecodeNode(GAUDI)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RequestFaults {

    static final String PROFILE =
            """
            model:
              maxModelLength: 4096
            kvTransfer:
              lease: %ds
            prefill:
              arguments: ["--max-num-seqs", "1", "--max-num-queued-reqs", "8"]
            """
                    .formatted(Provoked.LEASE.toSeconds());

    private static final LongDocumentQa ONCE = longDocumentQa()
            .documents(1)
            .documentLength(1_000)
            .repeat(1)
            .outputTokens(4)
            .concurrency(1);

    @AfterEach
    void rest() {
        faulty().prefill.rest();
        faulty().decode.rest();
        faulty().outagesAreHidden = false;
        new Recovery(faulty().stack).recover();
    }

    private static Faulty faulty() {
        return FaultyProvisioner.running();
    }

    @PerformanceTest
    @Order(1)
    void thePromptIsTooLong(ServingStack stack) {
        stack.run(ONCE.documentLength(5_000).seed(1), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(2)
    void theModelIsUnknown(ServingStack stack) {
        refused(stack, "model", "\"nope\"");
    }

    @PerformanceTest
    @Order(3)
    void aTokenIsUnknown(ServingStack stack) {
        refused(stack, "prompt", "[10000000]");
    }

    @PerformanceTest
    @Order(4)
    void aParameterIsOfTheWrongKind(ServingStack stack) {
        refused(stack, "max_tokens", "\"x\"");
    }

    private static void refused(ServingStack stack, String field, String json) {
        faulty().prefill.requests(request -> request.putRawValue(field, new RawValue(json)));
        stack.run(ONCE.seed(2), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(5)
    void thePathIsUnknown(ServingStack stack) {
        faulty().prefill.paths(path -> path.replace("/v1/completions", "/v1/nothing"));
        stack.run(ONCE.seed(5), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(6)
    void prefillOffersNoBlocks(ServingStack stack) {
        faulty().prefill.answers(params -> params.remove("remote_block_ids"));
        stack.run(ONCE.seed(13), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(7)
    void requestsWaitAtPrefill(ServingStack stack) {
        assertThat(stack.run(
                                ONCE.documents(8)
                                        .documentLength(3_000)
                                        .concurrency(8)
                                        .seed(7),
                                CacheState.EMPTY)
                        .requireValid())
                .totalTime()
                .isLessThan(Duration.ofNanos(1));
    }

    @PerformanceTest
    @Order(8)
    void moreRequestsWaitThanMay(ServingStack stack) {
        stack.run(ONCE.documents(20).documentLength(3_000).concurrency(20).seed(8), CacheState.EMPTY)
                .requireValid();
    }

    @PerformanceTest
    @Order(9)
    void decodeStandsStillInMidStream(ServingStack stack) {
        faulty().decode.before(0, () -> CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS)
                .execute(() -> OwnProcesses.pause("decode-0", 24)));
        stack.run(ONCE.outputTokens(2_000).seed(9), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(10)
    void decodeIsKilledInMidStream(ServingStack stack) {
        faulty().outagesAreHidden = true;
        faulty().decode.before(0, () -> CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS)
                .execute(() -> OwnProcesses.signal("decode-0", "KILL")));
        stack.run(ONCE.outputTokens(2_000).seed(10), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(11)
    void anEngineIsKilled(ServingStack stack) {
        faulty().outagesAreHidden = true;
        faulty().decode.before(0, () -> CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS)
                .execute(() -> OwnProcesses.signal("decode-0", "EngineCore", "KILL")));
        stack.run(ONCE.outputTokens(2_000).seed(11), CacheState.EMPTY).requireValid();
    }

    @PerformanceTest
    @Order(12)
    void prefillIsKilledAtWork(ServingStack stack) {
        faulty().outagesAreHidden = true;
        faulty().prefill.before(0, () -> CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
                .execute(() -> OwnProcesses.signal("prefill-0", "KILL")));
        stack.run(ONCE.documents(6).documentLength(3_500).concurrency(6).seed(12), CacheState.EMPTY)
                .requireValid();
    }
}
