package dev.vllmjunit.engine.core;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * Metric families of one engine with vLLM's two labels on each, {@code model_name} and {@code engine}. Every series is there
 * from the start. Thread-safe.
 */
final class MetricFamilies {

    private static final String MODEL = "model_name";
    private static final String ENGINE = "engine";
    private static final String RANK = "0";

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final String model;

    MetricFamilies(String model) {
        this.model = model;
    }

    CounterDataPoint counter(String name, String help) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames(MODEL, ENGINE)
                .register(registry)
                .labelValues(model, RANK);
    }

    /** A counter with one series for each value of a further label. */
    Map<String, CounterDataPoint> counters(String name, String help, String label, List<String> values) {
        Counter family = Counter.builder()
                .name(name)
                .help(help)
                .labelNames(MODEL, ENGINE, label)
                .register(registry);
        Map<String, CounterDataPoint> series = new LinkedHashMap<>();
        values.forEach(value -> series.put(value, family.labelValues(model, RANK, value)));
        return series;
    }

    DistributionDataPoint histogram(String name, String help, double... upperBounds) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames(MODEL, ENGINE)
                .classicOnly()
                .classicUpperBounds(upperBounds)
                .register(registry)
                .labelValues(model, RANK);
    }

    void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(MODEL, ENGINE)
                .callback(callback -> callback.call(value.getAsDouble(), model, RANK))
                .register(registry);
    }

    /** A gauge that is always 1 and says something with its labels. */
    void info(String name, String help, Map<String, String> labels) {
        Map<String, String> all = new LinkedHashMap<>(labels);
        all.put(ENGINE, RANK);
        Gauge.builder()
                .name(name)
                .help(help)
                .labelNames(all.keySet().toArray(String[]::new))
                .register(registry)
                .labelValues(all.values().toArray(String[]::new))
                .set(1);
    }

    /** All series in the Prometheus text format 0.0.4. */
    String scrape() {
        ByteArrayOutputStream text = new ByteArrayOutputStream(1 << 14);
        try {
            PrometheusTextFormatWriter.create().write(text, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
