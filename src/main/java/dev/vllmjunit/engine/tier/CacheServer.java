package dev.vllmjunit.engine.tier;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded counterpart of {@code lmcache server} with an S3 L2 adapter: a host tier (L1) in front of the object store (L2). It
 * really keeps and moves the (scaled-down) bytes; how long loading and storing takes is modelled. Several nodes may share one.
 * Thread-safe. Prompt arrays must not change once they have been given to it.
 *
 * <p>Where the store fails, chunks count as missing and requests go on by recomputation; every call to the store has a deadline, and
 * after three connection failures in a row the store is no longer asked ({@code GET /status} says so).
 */
public final class CacheServer implements KvCacheTier {

    private static final Logger LOG = LoggerFactory.getLogger(CacheServer.class);

    /** Generous, because a busy machine must not look like a store that hangs: three such calls and the store is given up. */
    private static final Duration CALL_DEADLINE = Duration.ofSeconds(20);

    private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);

    private final CacheServerConfig config;
    private final ChunkKeys keys;
    private final TierMetrics metrics;
    private final HostTier host;
    private final ObjectTier objects;
    private final ModelledTime time = new ModelledTime();
    private final StoreQueue stores;
    private final ChunkLoader loader;
    private final TierHttp http;
    private volatile boolean closed;

    private CacheServer(CacheServerConfig config, Duration callDeadline) {
        this.config = config;
        String model = config.model().id();
        this.keys = new ChunkKeys(config.store().keyPrefix(), model, config.chunkTokens());
        this.metrics = new TierMetrics(model, config.chunkTokens());
        this.host = new HostTier(config.hostCapacityTokens() / config.chunkTokens(), metrics);
        this.objects = new ObjectTier(config.store(), callDeadline, config.heldChunkBytes(), metrics);
        this.stores = new StoreQueue(
                objects,
                time,
                config.cost(),
                config.chunkBytes(),
                Runtime.getRuntime().maxMemory() / 4,
                metrics);
        this.loader = new ChunkLoader(host, objects, time, config.cost(), config.chunkBytes(), metrics);
        gauges();
        this.http = startHttp();
    }

    private TierHttp startHttp() {
        TierStatus status = new TierStatus(config, host, objects, stores, loader);
        try {
            return new TierHttp(metrics::scrape, status::report, this::dropHostTier);
        } catch (RuntimeException e) {
            objects.close();
            time.close();
            throw e;
        }
    }

    private void gauges() {
        long chunkBytes = config.chunkBytes();
        metrics.gauge(
                "l1_memory_usage_bytes",
                "Bytes in L1",
                () -> host.size() * chunkBytes,
                "backend",
                "dram",
                "l1_tag",
                "_default");
        metrics.gauge("l1_usage_ratio", "Share of L1 in use", this::hostUsage, "backend", "dram", "l1_tag", "_default");
        metrics.gauge(
                "l2_usage_bytes",
                "Bytes known to be in L2",
                () -> objects.knownObjects() * chunkBytes,
                "l2_name",
                "s3");
        metrics.gauge("num_inflight_l2_loads", "Loads from L2 that have not ended", loader::inFlight, "l2_name", "s3");
        metrics.gauge("num_inflight_l2_stores", "Stores to L2 that have not ended", stores::inFlight, "l2_name", "s3");
    }

    private double hostUsage() {
        return host.capacityChunks() == 0 ? 0 : (double) host.size() / host.capacityChunks();
    }

    /** Starts with an empty host tier; does not touch the store before the first lookup. */
    public static CacheServer start(CacheServerConfig config) {
        return start(config, CALL_DEADLINE);
    }

    static CacheServer start(CacheServerConfig config, Duration callDeadline) {
        return new CacheServer(config, callDeadline);
    }

    /** Where {@code /metrics}, {@code /healthcheck}, {@code /status} and {@code POST /cache/clear} are. */
    public URI endpoint() {
        return http.endpoint();
    }

    @Override
    public int chunkTokens() {
        return config.chunkTokens();
    }

    @Override
    public CompletableFuture<Found> lookup(int[] promptTokens, Optional<String> cacheSalt) {
        if (closed) {
            return CompletableFuture.completedFuture(Found.NONE);
        }
        List<String> chunks = keys.of(promptTokens, cacheSalt);
        metrics.lookup(cacheSalt, chunks.size());
        return loader.lookup(chunks, cacheSalt);
    }

    @Override
    public CompletableFuture<List<LoadedChunk>> load(Found found, int firstChunk) {
        if (firstChunk < 0 || firstChunk > found.chunks()) {
            throw new IllegalArgumentException(
                    "chunks from " + firstChunk + " on were asked for; " + found.chunks() + " were found");
        }
        return closed || firstChunk == found.chunks()
                ? CompletableFuture.completedFuture(List.of())
                : loader.load(found.held().subList(firstChunk, found.chunks()));
    }

    @Override
    public void store(int[] promptTokens, Optional<String> cacheSalt, int chunk, byte[] kv) {
        List<String> chunks = keys.of(promptTokens, cacheSalt);
        if (chunk < 0 || chunk >= chunks.size()) {
            throw new IllegalArgumentException("chunk " + chunk + " was to be stored; a prompt of "
                    + promptTokens.length + " tokens has chunks [0, " + chunks.size() + ")");
        }
        if (kv.length != config.heldChunkBytes()) {
            throw new IllegalArgumentException(
                    "a chunk of " + kv.length + " bytes was to be stored; " + config.chunkTokens() + " tokens at scale "
                            + config.kvScale() + " have " + config.heldChunkBytes());
        }
        if (!closed) {
            byte[] copy = kv.clone();
            host.put(chunks.get(chunk), copy);
            stores.submit(chunks.get(chunk), copy);
        }
    }

    /** Forgets what host memory holds and what is known of the store, as after a restart: the next lookup asks the store. */
    @Override
    public void dropHostTier() {
        host.clear();
        objects.forget();
    }

    /** Waits up to 10 seconds for stores on their way, then stops everything. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!stores.awaitIdle(CLOSE_BOUND)) {
            LOG.warn("The KV cache server was closed with {} chunks not yet in the object store", stores.inFlight());
        }
        http.close();
        time.close();
        objects.close();
    }
}
