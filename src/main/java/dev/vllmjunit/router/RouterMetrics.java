package dev.vllmjunit.router;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The router's own figures; thread-safe. */
final class RouterMetrics {

    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final Counter requests = Counter.builder()
            .name("vllm_junit_router_requests_total")
            .help("Generation requests received, by path.")
            .labelNames("path")
            .register(registry);
    private final Counter errors = Counter.builder()
            .name("vllm_junit_router_errors_total")
            .help("Requests that did not go through, by the hop that failed; client: it left; router: refused here.")
            .labelNames("hop")
            .register(registry);
    private final Gauge running = Gauge.builder()
            .name("vllm_junit_router_requests_running")
            .help("Generation requests between their arrival and their end.")
            .register(registry);
    private final Histogram hops = Histogram.builder()
            .name("vllm_junit_router_hop_seconds")
            .help("Time of each part of a request that went through.")
            .classicOnly()
            .classicUpperBounds(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120)
            .labelNames("part")
            .register(registry);

    RouterMetrics() {
        for (Hop hop : Hop.values()) {
            errors.initLabelValues(hop.label());
        }
    }

    void started(String path) {
        requests.labelValues(path).inc();
        running.inc();
    }

    void ended() {
        running.dec();
    }

    void failed(Hop hop) {
        errors.labelValues(hop.label()).inc();
    }

    void completed(HopTimeline timeline) {
        if (timeline.failedHop().isPresent()) {
            errors.labelValues(timeline.failedHop().get()).inc();
            return;
        }
        observe("router_to_prefill", timeline.receivedNanos(), timeline.prefillSentNanos());
        observe("prefill", timeline.prefillSentNanos(), timeline.prefillAnsweredNanos());
        observe("router_to_decode", timeline.prefillAnsweredNanos(), timeline.decodeSentNanos());
        observe("decode_first_token", timeline.decodeSentNanos(), timeline.firstTokenNanos());
        observe("decode_stream", timeline.firstTokenNanos(), timeline.lastTokenNanos());
    }

    private void observe(String part, long fromNanos, long toNanos) {
        hops.labelValues(part).observe((toNanos - fromNanos) / 1e9);
    }

    /** All figures in the text exposition format. */
    byte[] scrape() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
