package dev.vllmjunit.topology;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One row of the guide's table.
 *
 * @param row the guide's own words, for instance {@code mean TTFT}
 * @param state the cache state's name the row is about: EMPTY, S3_ONLY, S3_AFTER_RESTART or WARM
 * @param metric what is compared
 * @param comparedTo the cache state than which this one is to be that many times better; empty for an absolute figure
 * @param guide the guide's range, shown on every stack; {@link Range#ANY} where the guide is silent
 * @param deciding ranges that decide the build, by stack name
 */
public record Expectation(
        String row,
        String state,
        Metric metric,
        Optional<String> comparedTo,
        Range guide,
        Map<String, Range> deciding) {

    /** Names of the cache states, as {@code state} and {@code comparedTo} write them. */
    static final List<String> STATES = List.of("EMPTY", "S3_ONLY", "S3_AFTER_RESTART", "WARM");

    /** Copies the ranges. */
    public Expectation {
        deciding = Map.copyOf(deciding);
    }

    /** The same row where it decides on no stack. */
    public Expectation undecided() {
        return new Expectation(row, state, metric, comparedTo, guide, Map.of());
    }

    /** The unit of this row's values and ranges: the metric's, or {@code x} for a comparison. */
    public String unit() {
        return comparedTo.isPresent() ? "x" : metric.unit();
    }

    /**
     * How many times better {@code own} is than {@code compared}: above 1 is better for every metric, whether more of it or
     * less of it is good.
     */
    public double timesBetter(double own, double compared) {
        return metric.lessIsBetter() ? compared / own : own / compared;
    }

    /** What can be expected of a run, with its unit. */
    public enum Metric {
        /** Output tokens per second. */
        THROUGHPUT("tokens/s", false),
        /** Mean time to first token. */
        TTFT_MEAN("ms", true),
        /** Prompt tokens not computed, of all prompt tokens, on the prefill side. */
        CACHE_HIT_RATE("%", false),
        /** First send to last byte. */
        TOTAL_TIME("s", true),
        /** Prompt tokens computed by the prefill nodes. */
        COMPUTED_TOKENS("tokens", true),
        /** Prompt tokens not computed, of all prompt tokens. */
        COMPUTE_SAVINGS("%", false),
        /** Mean time of one KV transfer. */
        TRANSFER_MEAN("ms", true),
        /** Mean time of loading one prompt's KV cache from the object store. */
        OBJECT_LOAD_MEAN("ms", true);

        private final String unit;
        private final boolean lessIsBetter;

        Metric(String unit, boolean lessIsBetter) {
            this.unit = unit;
            this.lessIsBetter = lessIsBetter;
        }

        /** The unit of values and absolute ranges. */
        public String unit() {
            return unit;
        }

        /** Whether a smaller value is the better one. */
        public boolean lessIsBetter() {
            return lessIsBetter;
        }
    }

    /**
     * A closed range; an absent end is open.
     *
     * @param min least value, negative infinity when open
     * @param max greatest value, positive infinity when open
     */
    public record Range(double min, double max) {

        /** Open at both ends. */
        public static final Range ANY = new Range(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

        /** Checks the order of the ends. */
        public Range {
            if (Double.isNaN(min) || Double.isNaN(max) || min > max) {
                throw new IllegalArgumentException(
                        "a range from " + min + " to " + max + " holds nothing; write min <= max");
            }
        }

        /** Whether the value lies within, ends included. */
        public boolean contains(double value) {
            return value >= min && value <= max;
        }

        /** For instance {@code 50–100 ms}, {@code at least 1.5 x}, {@code at most 300 s}, {@code any}. */
        public String describe(String unit) {
            if (Double.isInfinite(min) && Double.isInfinite(max)) {
                return "any";
            }
            String ends = Double.isInfinite(max)
                    ? "at least " + Figures.digits(min)
                    : Double.isInfinite(min)
                            ? "at most " + Figures.digits(max)
                            : Figures.digits(min) + "–" + Figures.digits(max);
            return ends + " " + unit;
        }
    }
}
