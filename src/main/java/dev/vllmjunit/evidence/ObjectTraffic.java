package dev.vllmjunit.evidence;

import dev.vllmjunit.topology.Topology;
import java.util.Map;
import java.util.Optional;

/**
 * Cache objects that were read from and written to the object store, as one side tells it. The store counts requests, a writer chunks;
 * a client may move a large chunk in parts, so that only bytes are the same on both sides.
 *
 * @param reads requests that read, or chunks read
 * @param readBytes their full-size KV bytes
 * @param writes requests that wrote, or chunks written
 * @param writtenBytes their full-size KV bytes
 */
public record ObjectTraffic(long reads, long readBytes, long writes, long writtenBytes) {

    private static final String TIERING = "vllm:kv_offload_tiering_";
    private static final String SERVER = "lmcache_mp_l2_";

    /** This traffic less an earlier one of the same source. */
    public ObjectTraffic minus(ObjectTraffic earlier) {
        return new ObjectTraffic(
                reads - earlier.reads,
                readBytes - earlier.readBytes,
                writes - earlier.writes,
                writtenBytes - earlier.writtenBytes);
    }

    /**
     * What the writer of the topology's cache claims, from its own counters: LMCache's server counts chunks that it has loaded and stored,
     * a task of several only when all are there; vLLM's tiering counts bytes. Both write again what they computed again, and neither
     * counts a lookup. LMCache loads whatever a lookup finds in S3, also for a prompt that vLLM's own cache then answers: a chunk is
     * read once per request, or for several that are in flight together, and a warm run reads, too. So chunks read are no measure of
     * tokens from S3. vLLM's tiering reads only what its own cache lacks. Empty where the counters are not there: an attached cache server that was not named.
     *
     * @param counters since the processes started, or their difference
     */
    public static Optional<ObjectTraffic> claimed(StackMetrics counters, Topology topology) {
        long chunkBytes = topology.cacheChunkTokens() * topology.model().kvBytesPerToken();
        return topology.s3Cache().flatMap(s3 -> switch (s3.writer()) {
            case LMCACHE -> counters.cacheServer().map(server -> ofChunks(server, chunkBytes));
            case OBJ -> Optional.of(ofBytes(counters, chunkBytes));
        });
    }

    private static ObjectTraffic ofChunks(MetricsSnapshot server, long chunkBytes) {
        long loaded = Math.round(server.sum(SERVER + "prefetch_load_completed_chunks_total"));
        long stored = Math.round(server.sum(SERVER + "store_completed_objects_chunks_total"));
        return new ObjectTraffic(loaded, loaded * chunkBytes, stored, stored * chunkBytes);
    }

    private static ObjectTraffic ofBytes(StackMetrics counters, long chunkBytes) {
        long read = counters.prefillSum(TIERING + "read_bytes_total", Map.of());
        long written = counters.prefillSum(TIERING + "write_bytes_total", Map.of());
        return new ObjectTraffic(read / chunkBytes, read, written / chunkBytes, written);
    }

    /**
     * Whether nothing is on its way between the writer and the store, as far as its counters tell.
     *
     * @param now counters since the processes started
     */
    public static boolean isIdle(StackMetrics now) {
        double jobs = now.cacheServer().map(ObjectTraffic::unfinished).orElse(0.0)
                + now.prefillSum(TIERING + "active_cascade_jobs", Map.of())
                + now.prefillSum(TIERING + "active_promotion_jobs", Map.of());
        return jobs == 0;
    }

    /** Tasks, not chunks: those of a failed task never complete. */
    private static double unfinished(MetricsSnapshot server) {
        return server.sum(SERVER + "store_submitted_requests_total")
                - server.sum(SERVER + "store_completed_requests_total")
                + server.sum(SERVER + "prefetch_load_submitted_requests_total")
                - server.sum(SERVER + "load_completed_requests_total")
                + server.sum("lmcache_mp_event_bus_queue_depth");
    }
}
