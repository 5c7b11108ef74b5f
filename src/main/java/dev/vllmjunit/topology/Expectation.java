package dev.vllmjunit.topology;

import java.util.Map;
import java.util.Optional;

/**
 * One row of the guide's table.
 *
 * @param row the guide's own words, for instance {@code mean TTFT}
 * @param state the cache state's name the row is about: EMPTY, S3_ONLY or WARM
 * @param metric what is compared
 * @param comparedTo a cache state whose value divides this one's; empty for an absolute figure
 * @param guide the guide's range, shown on every stack
 * @param deciding ranges that decide the build, by stack name
 */
public record Expectation(
        String row,
        String state,
        Metric metric,
        Optional<String> comparedTo,
        Range guide,
        Map<String, Range> deciding) {

    /** Copies the ranges. */
    public Expectation {
        deciding = Map.copyOf(deciding);
    }

    /** What can be expected of a run, with its unit. */
    public enum Metric {
        /** Output tokens per second. */
        THROUGHPUT("tokens/s"),
        /** Mean time to first token. */
        TTFT_MEAN("ms"),
        /** Prompt tokens not computed, of all prompt tokens, on the prefill side. */
        CACHE_HIT_RATE("%"),
        /** First send to last byte. */
        TOTAL_TIME("s"),
        /** Prompt tokens computed by the prefill nodes. */
        COMPUTED_TOKENS("tokens"),
        /** Prompt tokens not computed, of all prompt tokens. */
        COMPUTE_SAVINGS("%"),
        /** Mean time of one KV transfer. */
        TRANSFER_MEAN("ms");

        private final String unit;

        Metric(String unit) {
            this.unit = unit;
        }

        /** The unit of values and ranges. */
        public String unit() {
            return unit;
        }
    }

    /**
     * A closed range; an absent end is open.
     *
     * @param min least value, negative infinity when open
     * @param max greatest value, positive infinity when open
     */
    public record Range(double min, double max) {

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
    }
}
