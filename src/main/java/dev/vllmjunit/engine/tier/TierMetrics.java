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
 * counted at the end of a lookup, by when what is in the store alone has been brought into host memory.
 */
final class TierMetrics {

    private static final String L1_TAG = "_default";
    private static final String L2_NAME = "s3";
    private static final String NO_CHUNK = "empty_chunk_hashes";
    private static final double[] THROUGHPUT_BUCKETS = {
        0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final String model;
    private final int chunkTokens;

    private final Counter lookups = bySalt("lookups_requests", "Completed lookups");
    private final Counter earlyExits = counter(
            "lookup_early_exit_requests",
            "Lookups that ended before a cache was asked",
            "cache_salt",
            "model_name",
            "reason");
    private final Counter requestedTokens =
            bySalt("lookup_requested_tokens", "Whole-chunk tokens that lookups asked for");
    private final Counter hitTokens = bySalt("lookup_hit_tokens", "Tokens found in L1 or L2");
    private final Counter l1HitTokens = bySalt("lookup_hit_l1_tokens", "Tokens found in L1");
    private final Counter l2HitTokens = bySalt("lookup_hit_l2_tokens", "Tokens found in L2");
    private final Counter l1HitKeys = bySalt("lookup_hit_l1_keys", "Chunks found in L1");
    private final Counter l2HitKeys = bySalt("lookup_hit_l2_keys", "Chunks found in L2");

    private final Counter l1Writes = inHost("l1_write_chunks", "Chunks written to L1");
    private final Counter l1Reads = inHost("l1_read_chunks", "Chunks read from L1");
    private final CounterDataPoint l1Evictions = plain("l1_evicted_chunks", "Chunks evicted from L1", "l1_tag", L1_TAG);

    private final CounterDataPoint l2Lookups = plain("l2_prefetch_lookup_requests", "Lookups that asked L2");
    private final Counter l2LookupChunks = ofObjects("l2_prefetch_lookup_objects_chunks", "Chunks looked up in L2");
    private final CounterDataPoint l2Loads = plain("l2_prefetch_load_submitted_requests", "Loads from L2 begun");
    private final Counter l2LoadChunks =
            ofObjects("l2_prefetch_load_submitted_objects_chunks", "Chunks whose load from L2 has begun");
    private final CounterDataPoint l2LoadsDone =
            plain("l2_load_completed_requests", "Loads from L2 that ended", "l2_name", L2_NAME);
    private final Counter l2LoadChunksDone = ofObjects("l2_prefetch_load_completed_chunks", "Chunks loaded from L2");
    private final Counter l2LoadFailures;

    private final CounterDataPoint l2Stores = plain("l2_store_submitted_requests", "Stores to L2 begun");
    private final Counter l2StoreChunks =
            ofObjects("l2_store_submitted_objects_chunks", "Chunks whose store to L2 has begun");
    private final CounterDataPoint l2StoresDone =
            plain("l2_store_completed_requests", "Stores to L2 that ended, failed ones too", "l2_name", L2_NAME);
    private final Counter l2StoreChunksDone = ofObjects("l2_store_completed_objects_chunks", "Chunks stored to L2");

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
        earlyExits.initLabelValues("", model, NO_CHUNK);
        List.of(l1Writes, l1Reads).forEach(counter -> counter.initLabelValues("", L1_TAG));
        List.of(l2LookupChunks, l2LoadChunks, l2LoadChunksDone, l2StoreChunks, l2StoreChunksDone)
                .forEach(counter -> counter.initLabelValues(""));
    }

    private Counter inHost(String name, String help) {
        return counter(name, help, "cache_salt", "l1_tag");
    }

    private Counter ofObjects(String name, String help) {
        return counter(name, help, "cache_salt");
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name("lmcache_mp_" + name)
                .help(help)
                .labelNames(labels)
                .register(registry);
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
        return counter(name, help, "cache_salt", "model_name");
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

    /** A lookup of so many chunks; LMCache looks all of them up in L2, whatever L1 has. */
    void lookup(Optional<String> salt, int chunks) {
        String label = salt.orElse("");
        lookups.labelValues(label, model).inc();
        if (chunks == 0) {
            earlyExits.labelValues(label, model, NO_CHUNK).inc();
            return;
        }
        requestedTokens.labelValues(label, model).inc((long) chunks * chunkTokens);
        l2Lookups.inc();
        l2LookupChunks.labelValues(label).inc(chunks);
    }

    /**
     * As LMCache counts: tokens are L1's up to the first chunk that is not there, whatever of the rest is; keys are where they were. All of
     * them are read from L1 then.
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
        hostRead(salt, leading + behind);
    }

    void hostWritten(Optional<String> salt) {
        l1Writes.labelValues(salt.orElse(""), L1_TAG).inc();
    }

    private void hostRead(Optional<String> salt, long chunks) {
        l1Reads.labelValues(salt.orElse(""), L1_TAG).inc(chunks);
    }

    void hostEvicted() {
        l1Evictions.inc();
    }

    void loadSubmitted(Optional<String> salt, long chunks) {
        l2Loads.inc();
        l2LoadChunks.labelValues(salt.orElse("")).inc(chunks);
    }

    void loadCompleted(Optional<String> salt, long chunks, long bytes, long nanos) {
        l2LoadsDone.inc();
        l2LoadChunksDone.labelValues(salt.orElse("")).inc(chunks);
        if (chunks > 0) {
            // Bytes per nanosecond are GB/s.
            l2LoadThroughput.labelValues(L2_NAME).observe((double) bytes / nanos);
        }
    }

    void loadFailed(String reason) {
        l2LoadFailures.labelValues(reason, model).inc();
    }

    /** So many chunks at once are to be stored: L1 is read for them. */
    void storeSubmitted(Optional<String> salt, int chunks) {
        l2Stores.inc();
        l2StoreChunks.labelValues(salt.orElse("")).inc(chunks);
        hostRead(salt, chunks);
    }

    /** What was submitted at once is through, failed or not. */
    void storeCompleted() {
        l2StoresDone.inc();
    }

    void chunkStored(Optional<String> salt) {
        l2StoreChunksDone.labelValues(salt.orElse("")).inc();
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
