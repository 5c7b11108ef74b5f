package dev.vllmjunit.guide;

import static dev.vllmjunit.assertion.PerformanceAssertions.TIMES;
import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.S3Cache;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Tier;
import dev.vllmjunit.workload.LongDocumentQa;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/** The guide's second configuration: the same, and KV cache is kept in S3, so that it survives a restart and is shared. */
@Tag("nixl-s3")
@DisplayName("NIXL and S3")
@PrefillNode(ROCM)
@DecodeNode(GAUDI)
@S3Cache
class NixlS3IT {

    @PerformanceTest
    @DisplayName("Documents come from S3 instead of being computed, and sooner")
    void longDocumentQa(ServingStack stack) {
        BenchmarkResult cold = stack.run(stack.guideWorkload(), CacheState.EMPTY);
        BenchmarkResult fromS3 = stack.run(stack.guideWorkload(), CacheState.S3_ONLY);
        BenchmarkResult warm = stack.run(stack.guideWorkload(), CacheState.WARM);

        assertThat(cold).tokensComputedByDecode().isEqualTo(0);
        assertThat(fromS3).tokensComputedByDecode().isEqualTo(0);
        assertThat(fromS3).timeToFirstToken().mean().isFasterThan(cold);
        assertThat(fromS3).cacheHitRate().isBetween(percent(60), percent(100));
        assertThat(fromS3).computeSavings().isAtLeast(percent(60));
        assertThat(warm).timeToFirstToken().mean().isFasterThan(cold);
        assertThat(warm).computedTokens().isAtMost(fromS3.tokens().computed());
        assertThat(stack.expectations()).areMet();
    }

    @PerformanceTest
    @DisplayName("A restarted prefill node takes the documents from S3, faster than it computes them")
    void survivesARestart(ServingStack stack) {
        assumeTrue(stack.restartsNodes(), () -> "the " + stack.name() + " stack does not restart nodes");
        LongDocumentQa once = stack.guideWorkload().eachDocumentOnce().concurrency(1);
        BenchmarkResult cold = stack.run(once, CacheState.EMPTY);
        BenchmarkResult restarted = stack.run(once, CacheState.S3_AFTER_RESTART);

        assertThat(restarted).tokensComputedByDecode().isEqualTo(0);
        assertThat(restarted).cacheHitRate().from(Tier.S3).isBetween(percent(95), percent(100));
        assertThat(restarted).timeToFirstToken().mean().isFasterThan(cold);
        if (stack.name().equals("local")) {
            // How much faster depends on accelerator and link; on a CPU, where computing is slow, it is this much.
            assertThat(restarted).timeToFirstToken().mean().isAtLeast(3, TIMES).fasterThan(cold);
        }
    }
}
