package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.stats.Sample;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Where the samples of a latency come from.
 *
 * @param label in words
 * @param noun what one sample belongs to, in the plural
 * @param remedy what brings more samples
 * @param nanos reads the samples of one request of a result
 */
record LatencySource(
        String label, String noun, String remedy, Function<BenchmarkResult, Function<RequestRecord, double[]>> nanos) {

    private static final String MORE_REQUESTS = "send more requests (documents, repeat)";

    private static final List<Integer> PERCENTILES = List.of(99, 95, 90, 50);

    static LatencySource of(Latency latency) {
        String noun = latency == Latency.ITL ? "gaps" : "requests";
        String remedy =
                switch (latency) {
                    case TTFT, END_TO_END -> MORE_REQUESTS;
                    case TPOT -> MORE_REQUESTS + " of two output tokens or more";
                    case ITL -> "ask for more output tokens";
                };
        return new LatencySource(latency.label(), noun, remedy, result -> latency::nanos);
    }

    static LatencySource prefill() {
        return hop("prefill time", hop -> hop.prefillAnsweredNanos() - hop.prefillSentNanos());
    }

    static LatencySource pullAndFirstStep() {
        return hop("time of pull and first step", hop -> hop.firstTokenNanos() - hop.decodeSentNanos());
    }

    private static LatencySource hop(String label, ToDoubleFunction<HopTimeline> nanos) {
        return new LatencySource(label, "requests", MORE_REQUESTS, result -> {
            requireHops(result, label);
            return request -> new double[] {nanos.applyAsDouble(result.hops().get(request.requestId()))};
        });
    }

    private static void requireHops(BenchmarkResult result, String label) {
        List<String> ids =
                result.succeeded().stream().map(RequestRecord::requestId).toList();
        if (!result.hops().keySet().containsAll(ids)) {
            throw Readings.invalid(
                    result,
                    "the " + label + " was asked of " + ids.size() + " requests, but the router told the way of "
                            + result.hops().size() + "; " + remedy(result));
        }
    }

    private static String remedy(BenchmarkResult result) {
        return Optional.ofNullable(result.conditions().facts().get(RunConditions.EXTERNAL_ROUTER))
                .map(url -> "the external router " + url
                        + " tells none: leave vllm.attach.router out, and they go through this project's")
                .orElse("send them through this project's router");
    }

    Reading mean() {
        return new OfRequests(new MeanLatency(this));
    }

    Reading percentile(int percent) {
        return new OfRequests(new PercentileLatency(this, percent));
    }

    Reading max() {
        return new PerRun((result, confidence) -> {
            Sample sample = Sample.of(samples(result, "maximum", 1).all());
            return Figure.of("maximum " + label, sample.max(), Unit.TIME, basis(sample.size()));
        });
    }

    /** So many values, or more. */
    Samples samples(BenchmarkResult result, String statistic, int needed) {
        return require(values(result), result, statistic, needed, remedy);
    }

    /** As many values as an interval of the percentile needs. */
    Samples enough(BenchmarkResult result, int percent, double confidence) {
        Samples samples = values(result);
        int size = samples.all().length;
        return require(
                samples,
                result,
                "p" + percent,
                Sample.smallestSizeFor(percent / 100.0, confidence),
                PERCENTILES.stream()
                        .filter(lower -> size >= Sample.smallestSizeFor(lower / 100.0, confidence))
                        .findFirst()
                        .map(lower -> remedy + ", or assert p" + lower + ", which " + size + " support")
                        .orElse(remedy));
    }

    String basis(int size) {
        return String.format(Locale.ROOT, "%,d %s", size, noun);
    }

    private Samples require(Samples samples, BenchmarkResult result, String statistic, int needed, String toDo) {
        int size = samples.all().length;
        if (size < needed) {
            throw new InvalidRunException(
                    InvalidReason.TOO_FEW_SAMPLES,
                    statistic + " " + label + " was asked of " + size + " " + noun + ", but needs " + needed
                            + " or more; " + toDo + Message.measuredUnder(result.conditions()));
        }
        return samples;
    }

    private Samples values(BenchmarkResult result) {
        return Samples.of(result.succeeded(), nanos.apply(result));
    }
}
