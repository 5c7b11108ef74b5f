package dev.vllmjunit.evidence;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the Prometheus text exposition format 0.0.4: samples only, comments and timestamps are passed over. (The maintained
 * Java client writes the format but does not read it.)
 */
public final class PrometheusText {

    private static final Pattern SAMPLE =
            Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})?\\s+(\\S+)(?:\\s+-?\\d+)?\\s*$");
    private static final Pattern LABEL =
            Pattern.compile("\\G\\s*,?\\s*([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private PrometheusText() {}

    /**
     * Parses a whole scrape.
     *
     * @throws IllegalArgumentException naming the line that is no sample
     */
    public static MetricsSnapshot parse(String text) {
        Map<MetricsSnapshot.Series, Double> series = new HashMap<>();
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> parseLine(line, series));
        return new MetricsSnapshot(series);
    }

    private static void parseLine(String line, Map<MetricsSnapshot.Series, Double> series) {
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new IllegalArgumentException("not a sample of the Prometheus text format: " + line);
        }
        String labels = sample.group(2);
        series.put(
                new MetricsSnapshot.Series(sample.group(1), labels == null ? Map.of() : labels(labels)),
                number(sample.group(3)));
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new HashMap<>();
        Matcher label = LABEL.matcher(text);
        while (label.find()) {
            // An empty label is the same as none, by the data model; LMCache adds one to series that it began without.
            if (!label.group(2).isEmpty()) {
                labels.put(label.group(1), unescape(label.group(2)));
            }
        }
        return labels;
    }

    private static String unescape(String value) {
        return value.indexOf('\\') < 0
                ? value
                : value.replace("\\\\", "\u0000")
                        .replace("\\\"", "\"")
                        .replace("\\n", "\n")
                        .replace("\u0000", "\\");
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
