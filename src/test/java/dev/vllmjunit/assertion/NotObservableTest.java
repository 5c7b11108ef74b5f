package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.percent;
import static dev.vllmjunit.assertion.PerformanceAssertions.tokensPerSecond;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.evidence.Tier;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a run does not tell is INVALID. */
class NotObservableTest {

    private static final String COLD = Conditions.COLD;
    private static final String WARM = Conditions.WARM;

    private final BenchmarkResult cold = Results.cold().build();

    @Test
    void percentileOfTooFewRequests() {
        assertThat(failure(() -> assertThat(cold).timeToFirstToken().p95().isLessThan(Duration.ofDays(1))))
                .isInstanceOf(InvalidRunException.class)
                .hasMessage("INVALID (TOO_FEW_SAMPLES): p95 time to first token was asked of 30 requests, but needs 72"
                        + " or more; send more requests (documents, repeat), or assert p50, which 30 support"
                        + COLD);
    }

    @Test
    void percentileOfJustEnoughRequests() {
        BenchmarkResult enough = Results.cold().ttft(Results.constant(72, 100)).build();

        assertThat(enough).timeToFirstToken().p95().isEqualTo(Duration.ofMillis(100));
        assertThat(failure(() -> assertThat(enough).timeToFirstToken().p99().isLessThan(Duration.ofDays(1))))
                .hasMessage("INVALID (TOO_FEW_SAMPLES): p99 time to first token was asked of 72 requests, but needs 368"
                        + " or more; send more requests (documents, repeat), or assert p95, which 72 support"
                        + COLD);
    }

    @Test
    void percentileOfTooFewRequestsForTheConfidence() {
        BenchmarkResult enough = Results.cold().ttft(Results.constant(72, 100)).build();

        assertThat(failure(() -> assertThat(enough)
                        .withConfidence(0.99)
                        .timeToFirstToken()
                        .p95()
                        .isLessThan(Duration.ofDays(1))))
                .hasMessage("INVALID (TOO_FEW_SAMPLES): p95 time to first token was asked of 72 requests, but needs 104"
                        + " or more; send more requests (documents, repeat), or assert p90, which 72 support"
                        + COLD);
    }

    @Test
    void meanOfASingleDocument() {
        BenchmarkResult single = Results.cold().documents(1).build();

        assertThat(failure(() -> assertThat(single).timeToFirstToken().mean().isLessThan(Duration.ofDays(1))))
                .hasMessage("INVALID (TOO_FEW_SAMPLES): mean time to first token was asked of requests about a single"
                        + " document, which do not tell how well it is known; ask about 2 documents or more, or repeat"
                        + " the run 3 times or more" + COLD);
        assertThat(failure(() -> assertThat(single).timeToFirstToken().mean().isFasterThan(single)))
                .isInstanceOf(InvalidRunException.class)
                .hasMessageStartingWith("INVALID (TOO_FEW_SAMPLES): mean time to first token was asked of");
        assertThat(single).timeToFirstToken().p50().isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void howManyTimesNothingIs() {
        assertThat(failure(() -> assertThat(Results.cold().output(16, 0).build())
                        .interTokenLatency()
                        .p50()
                        .isFasterThan(cold)))
                .hasMessage("INVALID (NOT_OBSERVABLE): p50 inter-token latency is 0 in one of the two runs: nothing to"
                        + " compare with");
    }

    @Test
    void percentileOfTooFewGaps() {
        BenchmarkResult brief = Results.cold().ttft(2_000).output(3, 20).build();

        assertThat(failure(() -> assertThat(brief).interTokenLatency().p50().isLessThan(Duration.ofDays(1))))
                .hasMessage(
                        "INVALID (TOO_FEW_SAMPLES): p50 inter-token latency was asked of 2 gaps, but needs 6 or more;"
                                + " ask for more output tokens" + COLD);
    }

    @Test
    void timePerOutputTokenOfSingleTokens() {
        BenchmarkResult single = Results.cold().output(1, 0).build();

        assertThat(failure(() -> assertThat(single).timePerOutputToken().mean().isLessThan(Duration.ofDays(1))))
                .hasMessage("INVALID (TOO_FEW_SAMPLES): mean time per output token was asked of 0 requests, but needs 1"
                        + " or more; send more requests (documents, repeat) of two output tokens or more"
                        + COLD);
    }

    @Test
    void hopsBehindAnotherRouter() {
        assertThat(failure(() -> assertThat(Results.cold().withoutHops().build())
                        .prefillTime()
                        .mean()
                        .isLessThan(Duration.ofDays(1))))
                .hasMessage(
                        "INVALID (NOT_OBSERVABLE): the prefill time was asked of 30 requests, but the router told the"
                                + " way of 0; send them through this project's router" + COLD);
    }

    @Test
    void hopsBehindAnExternalRouterThatIsKnown() {
        BenchmarkResult result = Results.cold()
                .withoutHops()
                .facts(Map.of("external router", "http://gateway:9000"))
                .build();

        assertThat(failure(
                        () -> assertThat(result).pullAndFirstStepTime().mean().isLessThan(Duration.ofDays(1))))
                .hasMessage(
                        "INVALID (NOT_OBSERVABLE): the time of pull and first step was asked of 30 requests, but the"
                                + " router told the way of 0; the external router http://gateway:9000 tells none: leave"
                                + " vllm.attach.router out, and they go through this project's" + COLD);
    }

    @Test
    void tiersOfAStackThatCannotTellThemApart() {
        BenchmarkResult mixed =
                Results.warm().cached(0, 0.9, 0).metrics(Map.of()).build();

        assertThat(mixed).cacheHitRate().from(Tier.DEVICE).isAtMost(percent(0));
        assertThat(failure(() -> assertThat(mixed).cacheHitRate().from(Tier.S3).isAtMost(percent(100))))
                .hasMessage(
                        "INVALID (NOT_OBSERVABLE): the cache hit rate from S3 was asked of a stack that does not tell"
                                + " host memory from object store; give the profile the cache server's metrics"
                                + " (vllm.attach.cache-server), or assert the cache hit rate of all tiers" + WARM);
    }

    @Test
    void tiersOfAStackWhoseEnginesTellThemApart() {
        BenchmarkResult tiering = Results.warm()
                .cached(0, 0.9, 0)
                .metrics(Map.of("prefill-0/vllm:kv_offload_tiering_chunk_hits_total{tier=\"0:cpu\"}", 4.0))
                .build();
        BenchmarkResult otherMetrics = Results.warm()
                .cached(0, 0.9, 0)
                .metrics(Map.of("prefill-0/vllm:prompt_tokens_total{}", 4.0))
                .build();

        assertThat(tiering).cacheHitRate().from(Tier.HOST).isEqualTo(percent(90));
        assertThat(tiering).cacheHitRate().from(Tier.S3).isEqualTo(percent(0));
        assertThat(failure(() ->
                        assertThat(otherMetrics).cacheHitRate().from(Tier.S3).isAtMost(percent(100))))
                .isInstanceOf(InvalidRunException.class);
    }

    @Test
    void anythingOfNoRequests() {
        BenchmarkResult none = Results.cold().ttft().build();

        assertThat(failure(() -> assertThat(none).transfer().meanTime().isLessThan(Duration.ofDays(1))))
                .hasMessage(
                        "INVALID (NOT_OBSERVABLE): the decode nodes counted no KV transfer, so there is no mean time"
                                + " of one" + COLD);
        assertThat(failure(() -> assertThat(none).throughput().isAtLeast(tokensPerSecond(0))))
                .hasMessage("INVALID (NOT_OBSERVABLE): no request was answered, so there is no throughput" + COLD);
        assertThat(failure(() -> assertThat(none).totalTime().isLessThan(Duration.ofDays(1))))
                .hasMessage("INVALID (NOT_OBSERVABLE): no request was answered, so there is no total time" + COLD);
        assertThat(failure(() -> assertThat(none).computeSavings().isAtMost(percent(100))))
                .hasMessage(
                        "INVALID (NOT_OBSERVABLE): the prefill nodes counted no prompt token, so there is no compute"
                                + " savings" + COLD);
    }

    private static Throwable failure(ThrowingCallable assertion) {
        return catchThrowable(assertion);
    }
}
