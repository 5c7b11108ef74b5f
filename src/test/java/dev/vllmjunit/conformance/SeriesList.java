package dev.vllmjunit.conformance;

import dev.vllmjunit.evidence.MetricsSnapshot.Series;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Series of a scrape as text: {@code name{label=value,...}}, numbers as Java writes them, values of a free choice left out. */
final class SeriesList {

    private static final Set<String> FREE = Set.of("model_name", "cache_salt");

    private SeriesList() {}

    static Set<String> of(Endpoint part) {
        return part.metrics().series().keySet().stream()
                .filter(series -> series.name().matches("(vllm:|lmcache_mp_).*"))
                .map(SeriesList::text)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static List<String> read(String resource) {
        try (var stream = Objects.requireNonNull(SeriesList.class.getResourceAsStream(resource))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Series series) {
        if (series.name().equals("vllm:cache_config_info")) {
            return series.name();
        }
        return new TreeMap<>(series.labels())
                .entrySet().stream()
                        .filter(label -> !label.getValue().isEmpty())
                        .map(SeriesList::text)
                        .collect(Collectors.joining(",", series.name() + "{", "}"));
    }

    private static String text(Map.Entry<String, String> label) {
        if (FREE.contains(label.getKey())) {
            return label.getKey();
        }
        String value = label.getKey().equals("le") && !label.getValue().equals("+Inf")
                ? String.valueOf(Double.parseDouble(label.getValue()))
                : label.getValue();
        return label.getKey() + "=" + value;
    }
}
