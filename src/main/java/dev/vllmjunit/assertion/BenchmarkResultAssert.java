package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.Objectives;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.history.Baseline;
import dev.vllmjunit.history.Review;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.AssertionErrorCollector;
import org.jspecify.annotations.Nullable;

/** Assertions of a {@link BenchmarkResult}: names a figure, whose own assertions follow. */
public class BenchmarkResultAssert extends AbstractAssert<BenchmarkResultAssert, BenchmarkResult> {

    static final double CONFIDENCE = 0.95;

    private double confidence = CONFIDENCE;
    private @Nullable AssertionErrorCollector collector;

    /** Public for AssertJ's soft assertions; test authors write {@link PerformanceAssertions#assertThat(BenchmarkResult)}. */
    public BenchmarkResultAssert(BenchmarkResult actual) {
        super(actual, BenchmarkResultAssert.class);
    }

    /**
     * Judges by intervals of this two-sided confidence from here on; 0.95 without.
     *
     * @param level between 0 and 1, both excluded
     * @throws IllegalArgumentException if it is not
     */
    @CheckReturnValue
    public BenchmarkResultAssert withConfidence(double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException(
                    "the confidence is " + level + "; it must lie between 0 and 1, both excluded, as in 0.99");
        }
        this.confidence = level;
        return this;
    }

    /** Output tokens of successful requests per second of the run. */
    @CheckReturnValue
    public ThroughputAssert throughput() {
        return new ThroughputAssert(this, Readings.throughput());
    }

    /**
     * Requests per second of the run that met every bound of the SLO: what {@code vllm bench serve --goodput} prints, but for times that
     * count from the intended start. The run's {@code vllm-bench.json} has vLLM's from then on.
     */
    @CheckReturnValue
    public GoodputAssert goodput(Slo slo) {
        Objectives.state(actual, slo);
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

    /**
     * Failed requests of all requests, in percent: 0 for a run that was left alone, which is INVALID otherwise. Its interval is Wilson's.
     */
    @CheckReturnValue
    public ShareAssert errorRate() {
        return new ShareAssert(this, FaultReadings.errorRate());
    }

    /**
     * From the moment when the last mending in the run was begun (a link healed, credentials renewed, a node resumed or restarted) to the
     * end of the first answer after which no request failed. INVALID where nothing was mended last, and where the run ended before {@link
     * dev.vllmjunit.evidence.Recovery#ENOUGH} requests in a row were answered, unless the bound is passed by then.
     */
    @CheckReturnValue
    public TimeAssert recoveryTime() {
        return new TimeAssert(this, FaultReadings.recoveryTime());
    }

    /**
     * Prompt tokens that the prefill nodes found in a cache, of all prompt tokens of requests that were sent after the recovery. Needs
     * this project's router.
     */
    @CheckReturnValue
    public ShareAssert hitRateAfterRecovery() {
        return new ShareAssert(this, FaultReadings.hitRateAfterRecovery());
    }

    /**
     * Every answer that was compared is that of a fresh computation of its prompt: on a decode node alone, with a salt that no cache can
     * answer.
     *
     * @throws dev.vllmjunit.evidence.InvalidRunException if none was compared, and if the result is invalid
     */
    public BenchmarkResultAssert hasNoWrongOutput() {
        if (actual.outputsFail()) {
            report(failure("%s", actual.wrongOutputs()));
            return this;
        }
        actual.requireValid();
        if (actual.outputsCompared() == 0) {
            throw Readings.invalid(
                    actual,
                    "no output was compared with a fresh computation ("
                            + actual.conditions().facts().getOrDefault(RunConditions.COMPARED, "nobody said why")
                            + "); set vllm.integrity.samples to 1 or more, and let requests be answered");
        }
        return this;
    }

    /**
     * No request hung: each was answered, or failed by itself, by a hop's own deadline or a broken connection, and none had to be given up
     * by the client ({@code vllm.request-timeout}).
     *
     * @throws dev.vllmjunit.evidence.InvalidRunException if no request was sent, and if the result is invalid
     */
    public BenchmarkResultAssert everyRequestEnded() {
        return ended(Endings.hanging(requireRequests()));
    }

    /**
     * Every request ended, answered or not, within this time of its sending.
     *
     * @param longest above 0
     * @throws dev.vllmjunit.evidence.InvalidRunException if no request was sent, and if the result is invalid
     */
    public BenchmarkResultAssert endedWithin(Duration longest) {
        if (longest.isNegative() || longest.isZero()) {
            throw new IllegalArgumentException("the longest time is " + longest + "; give one above 0");
        }
        return ended(Endings.later(requireRequests(), longest));
    }

    private BenchmarkResult requireRequests() {
        if (actual.requireValid().requests().isEmpty()) {
            throw Readings.invalid(actual, "no request was sent, so none can have ended");
        }
        return actual;
    }

    private BenchmarkResultAssert ended(Optional<String> message) {
        message.filter(found -> !Repetitions.isPreliminary(actual)).ifPresent(found -> report(failure("%s", found)));
        return this;
    }

    /**
     * No main figure is on a worse level than earlier results of the same fingerprint, by more than their noise. What lies before the
     * accepted baseline does not count; a change that came earlier and still holds does, so that it stays in sight until it is mended or
     * accepted. A false alarm comes in one of a hundred cases at most. Waits for the last of several repetitions.
     *
     * @throws dev.vllmjunit.evidence.InvalidRunException if the result is invalid or the history has too few results to compare with
     */
    public BenchmarkResultAssert hasNotRegressedFrom(Baseline baseline) {
        if (Repetitions.isPreliminary(actual.requireValid())) {
            return this;
        }
        Review review = baseline.review(actual);
        if (!review.regressed().isEmpty()) {
            report(failure("%s", Regression.message(review, actual)));
        }
        return this;
    }

    double confidence() {
        return confidence;
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
