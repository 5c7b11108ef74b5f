package com.example;

import static dev.vllmjunit.assertion.PerformanceAssertions.TIMES;
import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.S3Cache;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.CacheState;

@PrefillNode(ROCM)
@DecodeNode(GAUDI)
@S3Cache
class WarmCacheTest {

    @PerformanceTest
    void warmS3CacheSkipsPrefill(ServingStack stack) {
        var workload = longDocumentQa().documents(4).documentLength(8_000).repeat(2);
        var cold = stack.run(workload, CacheState.EMPTY);
        var warm = stack.run(workload, CacheState.S3_ONLY);

        assertThat(warm).cacheHitRate().isBetween(percent(60), percent(100));
        assertThat(warm).timeToFirstToken().mean().isAtLeast(1.2, TIMES).fasterThan(cold);
    }
}
