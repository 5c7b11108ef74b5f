package dev.vllmjunit.report.interchange;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.stats.Sample;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.jspecify.annotations.Nullable;

/**
 * One latency as {@code vllm bench serve} sums it up, in milliseconds. All 0 when there was no value. Unlike elsewhere in the
 * report, percentiles stand here however few the values are, as vLLM writes them. Immutable.
 *
 * @param mean arithmetic mean
 * @param median 50th percentile
 * @param std standard deviation of the population (divided by n), as NumPy's {@code std}
 * @param percentiles value by percentile, 0 to 100, linear between order statistics as NumPy's {@code percentile}
 */
public record VllmLatency(double mean, double median, double std, Map<Double, Double> percentiles) {

    private static final double[] WRITTEN = {90, 95, 99};

    /** Copies the percentiles, ascending. */
    public VllmLatency {
        percentiles = Collections.unmodifiableMap(new TreeMap<>(percentiles));
    }

    static VllmLatency ofSeconds(double[] seconds) {
        Sample sample = Sample.of(seconds.length == 0 ? new double[1] : seconds);
        Map<Double, Double> percentiles = new TreeMap<>();
        for (double percentile : WRITTEN) {
            percentiles.put(percentile, sample.quantile(percentile / 100) * 1e3);
        }
        return new VllmLatency(
                sample.mean() * 1e3,
                sample.quantile(0.5) * 1e3,
                seconds.length == 0
                        ? 0
                        : StandardDeviation.of(seconds).setBiased(true).getAsDouble() * 1e3,
                percentiles);
    }

    /** From {@code mean_NAME_ms} and its neighbours. */
    static VllmLatency read(Fields fields, String name) {
        Map<Double, Double> percentiles = new TreeMap<>();
        Pattern key = Pattern.compile("p(\\d+(?:\\.\\d+)?)_" + name + "_ms");
        for (Map.Entry<String, JsonNode> entry : fields.all()) {
            Matcher percentile = key.matcher(entry.getKey());
            if (percentile.matches()) {
                percentiles.put(Double.valueOf(percentile.group(1)), fields.number(entry.getKey()));
            }
        }
        return new VllmLatency(
                fields.number("mean_" + name + "_ms"),
                fields.number("median_" + name + "_ms"),
                fields.number("std_" + name + "_ms"),
                percentiles);
    }

    void write(Map<String, @Nullable Object> json, String name) {
        json.put("mean_" + name + "_ms", mean);
        json.put("median_" + name + "_ms", median);
        json.put("std_" + name + "_ms", std);
        percentiles.forEach((percentile, value) -> json.put("p" + word(percentile) + "_" + name + "_ms", value));
    }

    private static String word(double percentile) {
        return percentile == Math.rint(percentile) ? String.valueOf((long) percentile) : String.valueOf(percentile);
    }
}
