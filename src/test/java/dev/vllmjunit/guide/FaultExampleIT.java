package dev.vllmjunit.guide;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.evidence.CacheState.S3_ONLY;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.FaultyLinks;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.S3Cache;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.faults.During;

@PrefillNode(ROCM)
@DecodeNode(GAUDI)
@S3Cache
@FaultyLinks
class FaultExampleIT {

    @PerformanceTest
    void theObjectStoreMayGoAndComeBack(ServingStack stack) {
        BenchmarkResult run = stack.run(
                longDocumentQa()
                        .documents(40)
                        .documentLength(800)
                        .eachDocumentOnce()
                        .outputTokens(8)
                        .requestRate(20),
                S3_ONLY,
                During.after(ofMillis(300), faults -> faults.s3Link().cut())
                        .andAfter(ofMillis(800), faults -> faults.s3Link().heal()));

        assertThat(run).hasNoWrongOutput().everyRequestEnded().endedWithin(ofSeconds(30));
        assertThat(run).errorRate().isEqualTo(withPercentage(0));
        assertThat(run).recoveryTime().isLessThan(ofSeconds(10));
        assertThat(run).hitRateAfterRecovery().isAtLeast(withPercentage(50));
    }
}
