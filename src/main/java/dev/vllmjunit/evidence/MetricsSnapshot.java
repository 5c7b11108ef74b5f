package dev.vllmjunit.evidence;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One scrape of {@code /metrics}: series by {@code name{label="value",...}} with labels in alphabetical order. Immutable.
 *
 * @param series values by series
 */
public record MetricsSnapshot(Map<Series, Double> series) {

    private static final Pattern COUNTER = Pattern.compile("_(total|count|sum|bucket)$");

    /**
     * A metric name with its labels.
     *
     * @param name for instance {@code vllm:prompt_tokens_total}
     * @param labels by name
     */
    public record Series(String name, Map<String, String> labels) {

        /** Copies the labels. */
        public Series {
            labels = Map.copyOf(labels);
        }

        @Override
        public String toString() {
            return new TreeMap<>(labels)
                    .entrySet().stream()
                            .map(label -> label.getKey() + "=\"" + label.getValue() + "\"")
                            .collect(Collectors.joining(",", name + "{", "}"));
        }
    }

    /** Copies the series. */
    public MetricsSnapshot {
        series = Map.copyOf(series);
    }

    /**
     * This scrape less an earlier one; a series the earlier one lacks counts from 0, and so does a counter that has fallen: its process was
     * started anew, as Prometheus has it, too.
     */
    public MetricsSnapshot minus(MetricsSnapshot earlier) {
        return new MetricsSnapshot(series.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> increase(
                                entry.getKey(), earlier.series.getOrDefault(entry.getKey(), 0.0), entry.getValue()))));
    }

    private static double increase(Series series, double before, double now) {
        return now < before && COUNTER.matcher(series.name).find() ? now : now - before;
    }

    /** This difference of two scrapes and another, series by series. */
    public MetricsSnapshot plus(MetricsSnapshot other) {
        Map<Series, Double> all = new HashMap<>(series);
        other.series.forEach((key, value) -> all.merge(key, value, Double::sum));
        return new MetricsSnapshot(all);
    }

    /** Sum over all series of this name. */
    public double sum(String name) {
        return sum(name, Map.of());
    }

    /** Sum over the series of this name that carry these labels. */
    public double sum(String name, Map<String, String> labels) {
        return series.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(name))
                .filter(entry -> entry.getKey().labels().entrySet().containsAll(labels.entrySet()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Whether any series has this name. */
    public boolean has(String name) {
        return series.keySet().stream().anyMatch(key -> key.name().equals(name));
    }
}
