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
 * @param nanos reads the samples
 */
record LatencySource(String label, String noun, String remedy, Function<BenchmarkResult, double[]> nanos) {

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
        return new LatencySource(latency.label(), noun, remedy, result -> result.nanos(latency));
    }

    static LatencySource prefill() {
        return hop("prefill time", hop -> hop.prefillAnsweredNanos() - hop.prefillSentNanos());
    }

    static LatencySource pullAndFirstStep() {
        return hop("time of pull and first step", hop -> hop.firstTokenNanos() - hop.decodeSentNanos());
    }

    private static LatencySource hop(String label, ToDoubleFunction<HopTimeline> nanos) {
        return new LatencySource(label, "requests", MORE_REQUESTS, result -> hops(result, label).stream()
                .mapToDouble(nanos)
                .toArray());
    }

    private static List<HopTimeline> hops(BenchmarkResult result, String label) {
        List<String> ids =
                result.succeeded().stream().map(RequestRecord::requestId).toList();
        if (!result.hops().keySet().containsAll(ids)) {
            throw Readings.invalid(
                    result,
                    "the " + label + " was asked of " + ids.size() + " requests, but the router told the way of "
                            + result.hops().size() + "; " + remedy(result));
        }
        return ids.stream().map(id -> result.hops().get(id)).toList();
    }

    private static String remedy(BenchmarkResult result) {
        return Optional.ofNullable(result.conditions().facts().get(RunConditions.EXTERNAL_ROUTER))
                .map(url -> "the external router " + url
                        + " tells none: leave vllm.attach.router out, and they go through" + " this project's")
                .orElse("send them through this project's router");
    }

    Reading mean() {
        return result -> {
            Sample sample = sample(result, "mean", 1);
            return new Figure("mean " + label, sample.mean(), Unit.TIME, basis(sample), Optional.of(sample));
        };
    }

    Reading max() {
        return result -> {
            Sample sample = sample(result, "maximum", 1);
            return Figure.of("maximum " + label, sample.max(), Unit.TIME, basis(sample));
        };
    }

    Reading percentile(int percent) {
        double q = percent / 100.0;
        return result -> {
            Sample sample = sample(result, "p" + percent, Sample.smallestSizeFor(q));
            return Figure.of("p" + percent + " " + label, sample.quantile(q), Unit.TIME, basis(sample));
        };
    }

    private Sample sample(BenchmarkResult result, String statistic, int needed) {
        double[] values = nanos.apply(result);
        if (values.length < needed) {
            throw new InvalidRunException(
                    InvalidReason.TOO_FEW_SAMPLES,
                    statistic + " " + label + " was asked of " + values.length + " " + noun + ", but needs " + needed
                            + " or more; " + remedy(values.length) + Message.measuredUnder(result.conditions()));
        }
        return Sample.of(values);
    }

    private String remedy(int size) {
        return PERCENTILES.stream()
                .filter(percent -> size >= Sample.smallestSizeFor(percent / 100.0))
                .findFirst()
                .map(percent -> remedy + ", or assert p" + percent + ", which " + size + " support")
                .orElse(remedy);
    }

    private String basis(Sample sample) {
        return String.format(Locale.ROOT, "%,d %s", sample.size(), noun);
    }
}
