package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The embedded stack, which may publish less than the real one but nothing else. */
class EmbeddedConformanceIT extends Conformance {

    /** LMCache has these only once there was a failure, or a store or load on its way. */
    private static final List<String> LATER = List.of(
            "lmcache_mp_l2_prefetch_failure_chunks_total{model_name,reason=not_found}",
            "lmcache_mp_l2_prefetch_failure_chunks_total{model_name,reason=size_mismatch}",
            "lmcache_mp_l2_prefetch_failure_chunks_total{model_name,reason=store_error}",
            "lmcache_mp_num_inflight_l2_loads{l2_name=s3}",
            "lmcache_mp_num_inflight_l2_stores{l2_name=s3}");

    @Test
    void publishesNothingThatTheRealOneDoesNot() {
        for (Endpoint node : stack().nodes().values()) {
            assertThat(SeriesList.read("node-series.txt")).containsAll(SeriesList.of(node));
        }
        Set<String> cacheServer = new HashSet<>(SeriesList.read("cache-server-series.txt"));
        cacheServer.addAll(LATER);
        assertThat(cacheServer).containsAll(SeriesList.of(stack().cacheServer));
    }

    @Override
    Provisioner provisioner() {
        return new EmbeddedProvisioner();
    }

    @Override
    Map<String, String> settings() {
        return Map.of();
    }
}
