package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.S3CacheSpec.Writer;
import dev.vllmjunit.topology.Topology;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectTrafficTest {

    private static final Topology TOPOLOGY = Results.cold().build().conditions().topology();
    private static final long TOKEN = TOPOLOGY.model().kvBytesPerToken();
    private static final long CHUNK = 256 * TOKEN;
    private static final long BLOCK = 16 * TOKEN;

    @Test
    void lmcacheClaimsChunks() {
        StackMetrics counters = new StackMetrics(
                Map.of(),
                Map.of(),
                Optional.of(
                        PrometheusText.parse(
                                """
                        lmcache_mp_l2_prefetch_load_completed_chunks_total 21.0
                        lmcache_mp_l2_prefetch_load_submitted_objects_chunks_total 22.0
                        lmcache_mp_l2_store_completed_objects_chunks_total{cache_salt=""} 2.0
                        lmcache_mp_l2_store_completed_objects_chunks_total{cache_salt="x"} 1.0
                        """)));

        assertThat(ObjectTraffic.claimed(counters, topology(Writer.LMCACHE)))
                .contains(new ObjectTraffic(21, 21 * CHUNK, 3, 3 * CHUNK));
    }

    @Test
    void vllmsTieringClaimsBytes() {
        StackMetrics counters = prefill(
                """
                vllm:kv_offload_tiering_read_bytes_total{tier="1:obj"} %d
                vllm:kv_offload_tiering_write_bytes_total{tier="1:obj"} %d
                """
                        .formatted(45 * BLOCK, 2 * BLOCK));

        assertThat(ObjectTraffic.claimed(counters, topology(Writer.OBJ)))
                .contains(new ObjectTraffic(45, 45 * BLOCK, 2, 2 * BLOCK));
    }

    @Test
    void claimsNothingWhereTheWriterIsNotSeenOrNotThere() {
        assertThat(ObjectTraffic.claimed(prefill(""), topology(Writer.LMCACHE))).isEmpty();
        assertThat(ObjectTraffic.claimed(prefill(""), without())).isEmpty();
    }

    @Test
    void isTheDifferenceOfTwoReadings() {
        assertThat(new ObjectTraffic(5, 50, 7, 70).minus(new ObjectTraffic(1, 10, 2, 20)))
                .isEqualTo(new ObjectTraffic(4, 40, 5, 50));
    }

    @Test
    void lmcacheIsBusyWhileATaskIsNotDone() {
        assertThat(
                        idle(
                                "lmcache_mp_l2_store_submitted_requests_total 3\nlmcache_mp_l2_store_completed_requests_total 2\n"))
                .isFalse();
        assertThat(
                        idle(
                                "lmcache_mp_l2_prefetch_load_submitted_requests_total 3\nlmcache_mp_l2_load_completed_requests_total 2\n"))
                .isFalse();
        assertThat(idle("lmcache_mp_event_bus_queue_depth 1\n")).isFalse();
        assertThat(
                        idle(
                                "lmcache_mp_l2_store_submitted_requests_total 3\nlmcache_mp_l2_store_completed_requests_total 3\n"
                                        + "lmcache_mp_l2_store_submitted_objects_chunks_total 30\nlmcache_mp_event_bus_queue_depth 0\n"))
                .as("a failed task's chunks never complete")
                .isTrue();
    }

    @Test
    void vllmsTieringIsBusyWhileAJobIsActive() {
        assertThat(ObjectTraffic.isIdle(prefill("vllm:kv_offload_tiering_active_cascade_jobs{tier=\"1:obj\"} 1\n")))
                .isFalse();
        assertThat(ObjectTraffic.isIdle(prefill("vllm:kv_offload_tiering_active_promotion_jobs{tier=\"1:obj\"} 1\n")))
                .isFalse();
        assertThat(ObjectTraffic.isIdle(prefill("vllm:kv_offload_tiering_active_promotion_jobs{tier=\"1:obj\"} 0\n")))
                .isTrue();
    }

    private static boolean idle(String server) {
        return ObjectTraffic.isIdle(new StackMetrics(Map.of(), Map.of(), Optional.of(PrometheusText.parse(server))));
    }

    private static StackMetrics prefill(String text) {
        return new StackMetrics(Map.of("prefill-0", PrometheusText.parse(text)), Map.of(), Optional.empty());
    }

    private static Topology topology(Writer writer) {
        return with(Optional.of(new S3CacheSpec("nixl", Optional.empty(), "us-east-1", true, writer, 256)));
    }

    private static Topology without() {
        return with(Optional.empty());
    }

    private static Topology with(Optional<S3CacheSpec> s3) {
        return new Topology(TOPOLOGY.profile(), TOPOLOGY.model(), TOPOLOGY.nodes(), TOPOLOGY.kvTransfer(), s3);
    }
}
