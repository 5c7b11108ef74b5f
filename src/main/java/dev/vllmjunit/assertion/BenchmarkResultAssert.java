package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.Slo;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.AssertionErrorCollector;
import org.jspecify.annotations.Nullable;

/** Assertions of a {@link BenchmarkResult}: names a figure, whose own assertions follow. */
public class BenchmarkResultAssert extends AbstractAssert<BenchmarkResultAssert, BenchmarkResult> {

    private @Nullable AssertionErrorCollector collector;

    /** Public for AssertJ's soft assertions; test authors write {@link PerformanceAssertions#assertThat(BenchmarkResult)}. */
    public BenchmarkResultAssert(BenchmarkResult actual) {
        super(actual, BenchmarkResultAssert.class);
    }

    /** Output tokens of successful requests per second of the run. */
    @CheckReturnValue
    public ThroughputAssert throughput() {
        return new ThroughputAssert(this, Readings.throughput());
    }

    /** Requests per second of the run that met every bound of the SLO: what {@code vllm bench serve --goodput} prints. */
    @CheckReturnValue
    public GoodputAssert goodput(Slo slo) {
        return new GoodputAssert(this, slo);
    }

    /** From the intended start of a request to its first token. */
    @CheckReturnValue
    public LatencyAssert timeToFirstToken() {
        return latency(Latency.TTFT);
    }

    /** (End to end - time to first token) / (output tokens - 1), of requests with two output tokens or more. */
    @CheckReturnValue
    public LatencyAssert timePerOutputToken() {
        return latency(Latency.TPOT);
    }

    /** Gaps between consecutive output events of a request. */
    @CheckReturnValue
    public LatencyAssert interTokenLatency() {
        return latency(Latency.ITL);
    }

    /** From the intended start of a request to the end of its response. */
    @CheckReturnValue
    public LatencyAssert endToEnd() {
        return latency(Latency.END_TO_END);
    }

    /** From the hand-over of a request to the prefill node to its answer. Needs this project's router. */
    @CheckReturnValue
    public LatencyAssert prefillTime() {
        return new LatencyAssert(this, LatencySource.prefill());
    }

    /** From the hand-over of a request to the decode node to the first token: queue, pull and first step. Needs this project's router. */
    @CheckReturnValue
    public LatencyAssert pullAndFirstStepTime() {
        return new LatencyAssert(this, LatencySource.pullAndFirstStep());
    }

    /** First send to last byte of the run. */
    @CheckReturnValue
    public TimeAssert totalTime() {
        return new TimeAssert(this, Readings.totalTime());
    }

    /** Prompt tokens that the prefill nodes found in a cache, of all prompt tokens; decode's pulls do not count. */
    @CheckReturnValue
    public CacheHitRateAssert cacheHitRate() {
        return new CacheHitRateAssert(this);
    }

    /** Prompt tokens that were not computed, of all prompt tokens. */
    @CheckReturnValue
    public ShareAssert computeSavings() {
        return new ShareAssert(this, Readings.computeSavings());
    }

    /** Prompt tokens that the prefill nodes computed. */
    @CheckReturnValue
    public CountAssert computedTokens() {
        return new CountAssert(this, Readings.computedTokens());
    }

    /** Prompt tokens that the decode nodes computed themselves instead of pulling them: 0 where every transfer worked. */
    @CheckReturnValue
    public CountAssert tokensComputedByDecode() {
        return new CountAssert(this, Readings.tokensComputedByDecode());
    }

    /** KV transfers from prefill to decode. */
    @CheckReturnValue
    public TransferAssert transfer() {
        return new TransferAssert(this);
    }

    BenchmarkResultAssert collectingInto(AssertionErrorCollector softly) {
        this.collector = softly;
        return this;
    }

    /** Throws the error, or hands it to the soft assertions that this is one of. */
    void report(AssertionError error) {
        if (collector == null) {
            throw error;
        }
        collector.collectAssertionError(error);
    }

    private LatencyAssert latency(Latency latency) {
        return new LatencyAssert(this, LatencySource.of(latency));
    }
}
