package dev.vllmjunit.guide;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/** The guide's first configuration: KV cache goes from prefill to decode by NIXL and is kept nowhere else. */
@Tag("nixl-only")
@DisplayName("NIXL only")
@PrefillNode(ROCM)
@DecodeNode(GAUDI)
class NixlOnlyIT {

    @PerformanceTest
    @DisplayName("Decode pulls every prompt from prefill; prefill computes each document once")
    void longDocumentQa(ServingStack stack) {
        BenchmarkResult cold = stack.run(stack.guideWorkload(), CacheState.EMPTY);

        assertThat(cold).tokensComputedByDecode().isEqualTo(0);
        assertThat(stack.expectations()).areMet();
    }
}
