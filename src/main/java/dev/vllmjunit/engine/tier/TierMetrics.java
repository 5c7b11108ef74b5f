package dev.vllmjunit.engine.tier;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Counters of the LMCache server 0.5.6 by its names and labels, each there from the start. Bytes are full-size bytes. Hit tokens are
 * counted at the end of a lookup, which loads, whether or not the asking node has them itself.
 */
final class TierMetrics {

    private static final String L1_TAG = "_default";
    private static final String L2_NAME = "s3";
    private static final double[] THROUGHPUT_BUCKETS = {
        0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final String model;
    private final int chunkTokens;

    private final Counter lookups = bySalt("lookups_requests", "Completed lookups");
    private final Counter requestedTokens =
            bySalt("lookup_requested_tokens", "Whole-chunk tokens that lookups asked for");
    private final Counter hitTokens = bySalt("lookup_hit_tokens", "Tokens found in L1 or L2");
    private final Counter l1HitTokens = bySalt("lookup_hit_l1_tokens", "Tokens found in L1");
    private final Counter l2HitTokens = bySalt("lookup_hit_l2_tokens", "Tokens found in L2");
    private final Counter l1HitKeys = bySalt("lookup_hit_l1_keys", "Chunks found in L1");
    private final Counter l2HitKeys = bySalt("lookup_hit_l2_keys", "Chunks found in L2");

    private final CounterDataPoint l1Writes = plain("l1_write_chunks", "Chunks written to L1", "l1_tag", L1_TAG);
    private final CounterDataPoint l1Reads = plain("l1_read_chunks", "Chunks read from L1", "l1_tag", L1_TAG);
    private final CounterDataPoint l1Evictions = plain("l1_evicted_chunks", "Chunks evicted from L1", "l1_tag", L1_TAG);

    private final CounterDataPoint l2Lookups = plain("l2_prefetch_lookup_requests", "Lookups that asked L2");
    private final CounterDataPoint l2LookupChunks = plain("l2_prefetch_lookup_objects_chunks", "Chunks asked of L2");
    private final CounterDataPoint l2Loads = plain("l2_prefetch_load_submitted_requests", "Loads from L2 begun");
    private final CounterDataPoint l2LoadChunks =
            plain("l2_prefetch_load_submitted_objects_chunks", "Chunks whose load from L2 has begun");
    private final CounterDataPoint l2LoadsDone =
            plain("l2_load_completed_requests", "Loads from L2 that ended", "l2_name", L2_NAME);
    private final CounterDataPoint l2LoadChunksDone =
            plain("l2_prefetch_load_completed_chunks", "Chunks loaded from L2");
    private final Counter l2LoadFailures;

    private final CounterDataPoint l2Stores = plain("l2_store_submitted_requests", "Stores to L2 begun");
    private final CounterDataPoint l2StoreChunks =
            plain("l2_store_submitted_objects_chunks", "Chunks whose store to L2 has begun");
    private final CounterDataPoint l2StoresDone =
            plain("l2_store_completed_requests", "Stores to L2 that ended, failed ones too", "l2_name", L2_NAME);
    private final CounterDataPoint l2StoreChunksDone =
            plain("l2_store_completed_objects_chunks", "Chunks stored to L2");

    private final Histogram l2LoadThroughput = Histogram.builder()
            .name("lmcache_mp_l2_load_throughput_GB_per_second")
            .help("Full-size bytes of a load from L2 by its modelled time")
            .labelNames("l2_name")
            .classicOnly()
            .classicUpperBounds(THROUGHPUT_BUCKETS)
            .register(registry);

    TierMetrics(String model, int chunkTokens) {
        this.model = model;
        this.chunkTokens = chunkTokens;
        this.l2LoadFailures = Counter.builder()
                .name("lmcache_mp_l2_prefetch_failure_chunks")
                .help("Chunks that a lookup counted on and a load did not get")
                .labelNames("reason", "model_name")
                .register(registry);
        List.of("not_found", "size_mismatch", "store_error")
                .forEach(reason -> l2LoadFailures.initLabelValues(reason, model));
        List.of(lookups, requestedTokens, hitTokens, l1HitTokens, l2HitTokens, l1HitKeys, l2HitKeys)
                .forEach(counter -> counter.initLabelValues("", model));
        l2LoadThroughput.initLabelValues(L2_NAME);
    }

    /** Registers a gauge that is read at each scrape. */
    void gauge(String name, String help, DoubleSupplier value, String... labels) {
        GaugeWithCallback.builder()
                .name("lmcache_mp_" + name)
                .help(help)
                .labelNames(every(labels, 0))
                .callback(callback -> callback.call(value.getAsDouble(), every(labels, 1)))
                .register(registry);
    }

    private Counter bySalt(String name, String help) {
        return Counter.builder()
                .name("lmcache_mp_" + name)
                .help(help)
                .labelNames("cache_salt", "model_name")
                .register(registry);
    }

    private CounterDataPoint plain(String name, String help, String... labels) {
        return Counter.builder()
                .name("lmcache_mp_" + name)
                .help(help)
                .labelNames(every(labels, 0))
                .register(registry)
                .labelValues(every(labels, 1));
    }

    /** Every second of alternating label names and values. */
    private static String[] every(String[] labels, int from) {
        String[] half = new String[labels.length / 2];
        for (int i = 0; i < half.length; i++) {
            half[i] = labels[2 * i + from];
        }
        return half;
    }

    void lookup(Optional<String> salt, int chunks) {
        lookups.labelValues(salt.orElse(""), model).inc();
        requestedTokens.labelValues(salt.orElse(""), model).inc((long) chunks * chunkTokens);
    }

    /**
     * As LMCache counts: tokens are L1's up to the first chunk that is not there, whatever of the rest is; keys are where they were.
     *
     * @param leading chunks found in L1 before the first gap
     * @param behind further ones
     * @param fetched those of the further ones that came from L2
     */
    void hits(Optional<String> salt, long leading, long behind, long fetched) {
        String label = salt.orElse("");
        hitTokens.labelValues(label, model).inc((leading + behind) * chunkTokens);
        l1HitTokens.labelValues(label, model).inc(leading * chunkTokens);
        l2HitTokens.labelValues(label, model).inc(behind * chunkTokens);
        l1HitKeys.labelValues(label, model).inc(leading + behind - fetched);
        l2HitKeys.labelValues(label, model).inc(fetched);
    }

    void hostWritten() {
        l1Writes.inc();
    }

    void hostRead(long chunks) {
        l1Reads.inc(chunks);
    }

    void hostEvicted() {
        l1Evictions.inc();
    }

    void objectLookup() {
        l2Lookups.inc();
    }

    void objectLookupChunk() {
        l2LookupChunks.inc();
    }

    void loadSubmitted(long chunks) {
        l2Loads.inc();
        l2LoadChunks.inc(chunks);
    }

    void loadCompleted(long chunks, long bytes, long nanos) {
        l2LoadsDone.inc();
        l2LoadChunksDone.inc(chunks);
        if (chunks > 0) {
            // Bytes per nanosecond are GB/s.
            l2LoadThroughput.labelValues(L2_NAME).observe((double) bytes / nanos);
        }
    }

    void loadFailed(String reason) {
        l2LoadFailures.labelValues(reason, model).inc();
    }

    void storeSubmitted() {
        l2Stores.inc();
        l2StoreChunks.inc();
    }

    void storeCompleted(boolean stored) {
        l2StoreChunksDone.inc(stored ? 1 : 0);
        l2StoresDone.inc();
    }

    /** Everything in the Prometheus text format. */
    byte[] scrape() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(text, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toByteArray();
    }
}
