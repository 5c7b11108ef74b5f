package dev.vllmjunit.bench;

import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.S3Cache;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.CacheState;

/** A test of one request, for a stack that does not start or does not work. {@link LocalDiagnosisIT} runs it. */
@PrefillNode(ROCM)
@DecodeNode(GAUDI)
@S3Cache
class Misconfigured {

    @PerformanceTest
    void runs(ServingStack stack) {
        stack.run(
                        longDocumentQa()
                                .documents(1)
                                .documentLength(1_000)
                                .repeat(1)
                                .outputTokens(4)
                                .concurrency(1),
                        CacheState.EMPTY)
                .requireValid();
    }
}
