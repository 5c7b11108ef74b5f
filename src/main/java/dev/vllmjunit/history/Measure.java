package dev.vllmjunit.history;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.stats.Sample;
import dev.vllmjunit.topology.Figures;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A figure that the history keeps of each result. Times are in milliseconds. */
public enum Measure {
    /** Mean time to first token. */
    TTFT_MEAN("mean time to first token", Kind.TIME, Latency.TTFT, Sample::mean, 1),
    /** Median time to first token. */
    TTFT_P50("p50 time to first token", Kind.TIME, Latency.TTFT, 0.5),
    /** 95th percentile of the time to first token. */
    TTFT_P95("p95 time to first token", Kind.TIME, Latency.TTFT, 0.95),
    /** 99th percentile of the time to first token. */
    TTFT_P99("p99 time to first token", Kind.TIME, Latency.TTFT, 0.99),
    /** Mean time per output token. */
    TPOT_MEAN("mean time per output token", Kind.TIME, Latency.TPOT, Sample::mean, 1),
    /** Mean gap between output events. */
    ITL_MEAN("mean inter-token latency", Kind.TIME, Latency.ITL, Sample::mean, 1),
    /** Mean end-to-end latency. */
    END_TO_END_MEAN("mean end-to-end latency", Kind.TIME, Latency.END_TO_END, Sample::mean, 1),
    /** Output tokens per second. */
    THROUGHPUT("throughput", Kind.RATE, result -> OptionalDouble.of(result.throughput())),
    /** First send to last byte of a single run. */
    TOTAL_TIME(
            "total time",
            Kind.TIME,
            result -> OptionalDouble.of(
                    result.duration().toNanos() / 1e6 / result.runs().size())),
    /** Prompt tokens found in a cache by the prefill nodes, of all prompt tokens, 0 to 1. */
    HIT_RATE("cache hit rate of the prefill nodes", Kind.SHARE, Measure::hitRate);

    /** What is judged where nobody says otherwise: how long a user waits, how fast text comes, how much the stack does. */
    public static final List<Measure> MAIN = List.of(TTFT_MEAN, TTFT_P50, TPOT_MEAN, THROUGHPUT);

    private enum Kind {
        TIME,
        RATE,
        SHARE
    }

    private final String label;
    private final Kind kind;
    private final Function<BenchmarkResult, OptionalDouble> reading;

    Measure(String label, Kind kind, Function<BenchmarkResult, OptionalDouble> reading) {
        this.label = label;
        this.kind = kind;
        this.reading = reading;
    }

    Measure(String label, Kind kind, Latency latency, double quantile) {
        this(label, kind, latency, sample -> sample.quantile(quantile), Sample.smallestSizeFor(quantile, 0.95));
    }

    Measure(String label, Kind kind, Latency latency, ToDoubleFunction<Sample> statistic, int needed) {
        this(label, kind, result -> {
            double[] millis = Arrays.stream(result.nanos(latency))
                    .map(nanos -> nanos / 1e6)
                    .toArray();
            return millis.length < needed
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(statistic.applyAsDouble(Sample.of(millis)));
        });
    }

    /** In words. */
    public String label() {
        return label;
    }

    /** Of a time, less is better; of the others, more. */
    public boolean lessIsBetter() {
        return kind == Kind.TIME;
    }

    /** In words for a value that got worse: {@code slower} or {@code lower}. */
    public String worse() {
        return lessIsBetter() ? "slower" : "lower";
    }

    /** The unit of the value. */
    public String unit() {
        return switch (kind) {
            case TIME -> "ms";
            case RATE -> "tokens/s";
            case SHARE -> "of 1";
        };
    }

    /** The value with its unit. */
    public String format(double value) {
        return switch (kind) {
            case TIME -> Figures.seconds(value / 1e3);
            case RATE -> Figures.digits(value) + " tokens/s";
            case SHARE -> Figures.digits(100 * value) + " %";
        };
    }

    /** Name in files. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The figure of a result; empty if it has none, or none that means anything. */
    OptionalDouble of(BenchmarkResult result) {
        return result.succeeded().isEmpty() ? OptionalDouble.empty() : reading.apply(result);
    }

    /** Every figure that a result has. */
    static Map<Measure, Double> all(BenchmarkResult result) {
        Map<Measure, Double> figures = new EnumMap<>(Measure.class);
        for (Measure measure : values()) {
            measure.of(result).ifPresent(value -> figures.put(measure, value));
        }
        return figures;
    }

    private static OptionalDouble hitRate(BenchmarkResult result) {
        TokenAccount tokens = result.tokens();
        double hits = tokens.device() + tokens.host() + tokens.s3();
        return tokens.prompt() == 0 ? OptionalDouble.empty() : OptionalDouble.of(hits / tokens.prompt());
    }
}
