package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenAccountingTest {

    private static final String PREFILL =
            """
            vllm:prompt_tokens_total{engine="0"} 24000
            vllm:prompt_tokens_by_source_total{source="local_compute"} 128
            vllm:prompt_tokens_by_source_total{source="local_cache_hit"} 7936
            vllm:prompt_tokens_by_source_total{source="external_kv_transfer"} 15936
            """;
    private static final String DECODE =
            """
            vllm:prompt_tokens_by_source_total{source="external_kv_transfer"} 24000
            vllm:external_prefix_cache_hits_total{engine="0"} 24000
            vllm:generation_tokens_total{engine="0"} 60
            vllm:nixl_xfer_time_seconds_count{engine="0"} 3
            vllm:nixl_xfer_time_seconds_sum{engine="0"} 0.048
            vllm:nixl_bytes_transferred_sum{engine="0"} 99090432
            """;
    private static final String CACHE_SERVER =
            """
            lmcache_mp_lookup_hit_l1_tokens_total 8000
            lmcache_mp_lookup_hit_l2_tokens_total 7936
            """;

    @Test
    void splitsTheExternalHitsOfThePrefillSideByTheCacheServersTiers() {
        TokenAccount tokens = TokenAccounting.tokens(stack(PREFILL, Optional.of(CACHE_SERVER)));

        assertThat(tokens).isEqualTo(new TokenAccount(24_000, 128, 7_936, 8_000, 7_936, 24_000, 0, 60));
        assertThat(tokens.savings()).isEqualTo((24_000 - 128) / 24_000.0);
    }

    /** The cache server counts at the lookup what the engine then does not load: the last token, or what it held already. */
    @Test
    void takesNoMoreFromTheObjectStoreThanTheEnginesLoaded() {
        TokenAccount tokens =
                TokenAccounting.tokens(stack(PREFILL, Optional.of("lmcache_mp_lookup_hit_l2_tokens_total 16128\n")));

        assertThat(tokens.s3()).isEqualTo(15_936);
        assertThat(tokens.host()).isZero();
    }

    @Test
    void aPullByTheDecodeNodeIsNoHitOfAnyCache() {
        TokenAccount tokens = TokenAccounting.tokens(stack(
                "vllm:prompt_tokens_total 8000\nvllm:prompt_tokens_by_source_total{source=\"local_compute\"} 8000",
                Optional.empty()));

        assertThat(tokens.device() + tokens.host() + tokens.s3()).isZero();
        assertThat(tokens.pulled()).isEqualTo(24_000);
    }

    @Test
    void readsTheObjectStoreTierOfVllmsOwnTiering() {
        String tiering = PREFILL + "vllm:prompt_tokens_cached_by_source_total{source=\"disk\"} 15936\n"
                + "vllm:kv_offload_tiering_chunk_hits_total{tier=\"1:obj\"} 62\n";
        StackMetrics metrics = stack(tiering, Optional.empty());

        assertThat(TokenAccounting.tokens(metrics).s3()).isEqualTo(15_936);
        assertThat(TokenAccounting.tokens(metrics).host()).isZero();
        assertThat(TokenAccounting.tellsTiersApart(metrics)).isTrue();
        assertThat(TokenAccounting.tellsTiersApart(stack(PREFILL, Optional.empty())))
                .isFalse();
    }

    @Test
    void readsTransfersOnTheSideThatPulls() {
        TransferTotals transfers = TokenAccounting.transfers(stack(
                PREFILL + "vllm:nixl_num_kv_expired_reqs_total 1\nvllm:nixl_num_notifications_after_expiry_total 1\n",
                Optional.empty()));

        assertThat(transfers).isEqualTo(new TransferTotals(3, 99_090_432, 0.048, 0, 2));
    }

    private static StackMetrics stack(String prefill, Optional<String> cacheServer) {
        return new StackMetrics(
                Map.of("prefill-0", PrometheusText.parse(prefill)),
                Map.of("decode-0", PrometheusText.parse(DECODE)),
                cacheServer.map(PrometheusText::parse));
    }
}
