package dev.vllmjunit.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.topology.ModelSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineMetricsTest {

    private static final ModelSpec MODEL = new ModelSpec("tiny/model", 1_000_000, 2, 64, 2, 16, 2, 32_768);

    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            vllm:prompt_tokens_by_source_total           | source          | local_compute local_cache_hit external_kv_transfer
            vllm:prompt_tokens_cached_by_source_total    | source          | device host p2p disk external_unspecified
            vllm:request_success_total                   | finished_reason | abort error length repetition stop
            """)
    void everyLabelValueIsThereFromTheStart(String family, String label, String values) {
        assertThat(fresh().series().entrySet().stream()
                        .filter(series -> series.getKey().name().equals(family))
                        .collect(Collectors.toMap(
                                series -> series.getKey().labels().get(label), Map.Entry::getValue)))
                .containsOnlyKeys(values.split(" "))
                .allSatisfy((value, count) -> assertThat(count).isZero());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vllm:prompt_tokens_total",
                "vllm:prompt_tokens_cached_total",
                "vllm:generation_tokens_total",
                "vllm:prefix_cache_queries_total",
                "vllm:prefix_cache_hits_total",
                "vllm:external_prefix_cache_queries_total",
                "vllm:external_prefix_cache_hits_total",
                "vllm:num_preemptions_total",
                "vllm:nixl_num_failed_transfers_total",
                "vllm:nixl_num_failed_notifications_total",
                "vllm:nixl_num_kv_expired_reqs_total",
                "vllm:nixl_num_notifications_after_expiry_total",
                "vllm:num_requests_running",
                "vllm:num_requests_waiting",
                "vllm:kv_cache_usage_perc"
            })
    void plainSeriesCarryModelAndEngine(String name) {
        assertThat(fresh().series())
                .containsEntry(
                        new MetricsSnapshot.Series(name, Map.of("model_name", "tiny/model", "engine", "0")), 0.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            vllm:time_to_first_token_seconds | 0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 20.0 40.0 80.0 160.0 640.0 2560.0
            vllm:inter_token_latency_seconds | 0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1.0 2.5 5.0 7.5 10.0 20.0 40.0 80.0
            vllm:request_time_per_output_token_seconds | 0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1.0 2.5 5.0 7.5 10.0 20.0 40.0 80.0
            vllm:e2e_request_latency_seconds | 0.3 0.5 0.8 1.0 1.5 2.0 2.5 5.0 10.0 15.0 20.0 30.0 40.0 50.0 60.0 120.0 240.0 480.0 960.0 1920.0 7680.0
            vllm:request_queue_time_seconds | 0.3 0.5 0.8 1.0 1.5 2.0 2.5 5.0 10.0 15.0 20.0 30.0 40.0 50.0 60.0 120.0 240.0 480.0 960.0 1920.0 7680.0
            vllm:request_inference_time_seconds | 0.3 0.5 0.8 1.0 1.5 2.0 2.5 5.0 10.0 15.0 20.0 30.0 40.0 50.0 60.0 120.0 240.0 480.0 960.0 1920.0 7680.0
            vllm:request_prefill_time_seconds | 0.3 0.5 0.8 1.0 1.5 2.0 2.5 5.0 10.0 15.0 20.0 30.0 40.0 50.0 60.0 120.0 240.0 480.0 960.0 1920.0 7680.0
            vllm:request_decode_time_seconds | 0.3 0.5 0.8 1.0 1.5 2.0 2.5 5.0 10.0 15.0 20.0 30.0 40.0 50.0 60.0 120.0 240.0 480.0 960.0 1920.0 7680.0
            vllm:request_prompt_tokens | 1.0 2.0 5.0 10.0 20.0 50.0 100.0 200.0 500.0 1000.0 2000.0 5000.0 10000.0 20000.0
            vllm:request_generation_tokens | 1.0 2.0 5.0 10.0 20.0 50.0 100.0 200.0 500.0 1000.0 2000.0 5000.0 10000.0 20000.0
            vllm:request_prefill_kv_computed_tokens | 1.0 2.0 5.0 10.0 20.0 50.0 100.0 200.0 500.0 1000.0 2000.0 5000.0 10000.0 20000.0
            vllm:request_params_max_tokens | 1.0 2.0 5.0 10.0 20.0 50.0 100.0 200.0 500.0 1000.0 2000.0 5000.0 10000.0 20000.0
            vllm:request_num_preemptions | 1.0 2.0 3.0 4.0 5.0 10.0 20.0
            vllm:iteration_tokens_total | 1.0 8.0 16.0 32.0 64.0 128.0 256.0 512.0 1024.0 2048.0 4096.0 8192.0 16384.0
            vllm:nixl_xfer_time_seconds | 0.005 0.01 0.025 0.05 0.075 0.1 0.2 0.3 0.5 0.75 1.0 5.0
            vllm:nixl_post_time_seconds | 0.001 0.005 0.01 0.025 0.05 0.075 0.1 0.2 0.3 0.5 0.75 1.0 5.0
            vllm:nixl_bytes_transferred | 2048.0 8192.0 32768.0 131072.0 524288.0 2097152.0 8388608.0 33554432.0 134217728.0 536870912.0 2147483648.0 8589934592.0
            vllm:nixl_num_descriptors | 10.0 20.0 30.0 50.0 75.0 100.0 200.0 400.0 1000.0 2000.0 4000.0 10000.0 20000.0 50000.0
            """)
    void histogramsHaveVllmsBuckets(String family, String bounds) {
        List<Double> expected =
                java.util.Arrays.stream(bounds.split(" ")).map(Double::valueOf).toList();

        assertThat(fresh().series().keySet().stream()
                        .filter(series -> series.name().equals(family + "_bucket"))
                        .map(series -> series.labels().get("le"))
                        .filter(bound -> !bound.equals("+Inf"))
                        .map(Double::valueOf)
                        .sorted())
                .isEqualTo(expected);
        assertThat(fresh().has(family + "_sum")).isTrue();
        assertThat(fresh().has(family + "_count")).isTrue();
    }

    @Test
    void cacheConfigIsALabelledOne() {
        assertThat(fresh().series().entrySet().stream()
                        .filter(series -> series.getKey().name().equals("vllm:cache_config_info")))
                .singleElement()
                .satisfies(info -> {
                    assertThat(info.getValue()).isEqualTo(1);
                    assertThat(info.getKey().labels())
                            .containsEntry("block_size", "16")
                            .containsEntry("num_gpu_blocks", "256")
                            .containsEntry("cache_dtype", "auto")
                            .containsEntry("engine", "0");
                });
    }

    @Test
    void sourcesSumUpToThePromptTokensWhateverHappens() {
        FakeTier tier = new FakeTier(64);
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT.tier(tier));
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT);
        for (int tokens : new int[] {1, 64, 128, 200, 200, 128, 300}) {
            int[] prompt = Nodes.prompt(1, tokens);
            RemoteKv remote = Nodes.send(prefill, Nodes.prefill(prompt))
                    .awaitEnd()
                    .remoteKv
                    .orElseThrow();
            Nodes.send(decode, Nodes.decode(prompt, 5, remote)).output();
            await().until(() -> prefill.heldBlocks() == 0);
            if (tokens > 128) {
                await().until(() -> tier.chunks.size() >= tokens / 64);
                prefill.resetPrefixCache(false);
            }
        }

        double computed = 1021 - Nodes.metrics(prefill).sum("vllm:prompt_tokens_cached_total");
        for (EmbeddedEngine engine : List.of(prefill, decode)) {
            MetricsSnapshot metrics = Nodes.metrics(engine);
            double cached = metrics.sum("vllm:prompt_tokens_cached_total");
            assertThat(metrics.sum("vllm:prompt_tokens_total")).isEqualTo(1021);
            assertThat(metrics.sum("vllm:prompt_tokens_by_source_total")).isEqualTo(1021);
            assertThat(metrics.sum("vllm:prompt_tokens_cached_by_source_total")).isEqualTo(cached);
            assertThat(cached)
                    .isEqualTo(metrics.sum("vllm:prefix_cache_hits_total")
                            + metrics.sum("vllm:external_prefix_cache_hits_total"))
                    .isPositive();
            assertThat(metrics.sum("vllm:request_prompt_tokens_sum")).isEqualTo(1021);
            assertThat(metrics.sum("vllm:request_prefill_kv_computed_tokens_sum"))
                    .as("also a decode node shows what prefill computed")
                    .isEqualTo(computed);
            assertThat(metrics.sum("vllm:request_success_total", Map.of("finished_reason", "length")))
                    .isEqualTo(7);
        }
        assertThat(Nodes.metrics(decode).sum("vllm:generation_tokens_total")).isEqualTo(35);
        assertThat(Nodes.metrics(decode).sum("vllm:inter_token_latency_seconds_count"))
                .isEqualTo(28);
        assertThat(Nodes.metrics(decode).sum("vllm:time_to_first_token_seconds_count"))
                .isEqualTo(7);
    }

    @Test
    void latenciesSplitTheRequestsTime() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(20_000_000, 10_000_000, 0)));

        Nodes.send(engine, Nodes.request(Nodes.prompt(1, 100), 4)).output();

        MetricsSnapshot metrics = Nodes.metrics(engine);
        assertThat(metrics.sum("vllm:request_prefill_time_seconds_sum")).isGreaterThanOrEqualTo(0.02);
        assertThat(metrics.sum("vllm:request_decode_time_seconds_sum")).isGreaterThan(0.029);
        assertThat(metrics.sum("vllm:request_time_per_output_token_seconds_sum"))
                .isGreaterThan(0.0096);
        assertThat(metrics.sum("vllm:e2e_request_latency_seconds_sum"))
                .isGreaterThanOrEqualTo(metrics.sum("vllm:request_inference_time_seconds_sum"));
    }

    @Test
    void gaugesShowWhatIsGoingOn() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(160).cost(new FixedCost(0, 5_000_000, 0)));
        Answer running = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 80), 60));
        Answer waiting = Nodes.send(engine, Nodes.request(Nodes.prompt(2, 80), 60));
        await().until(() -> running.tokens.size() > 20);

        MetricsSnapshot metrics = Nodes.metrics(engine);
        assertThat(metrics.sum("vllm:num_requests_running")).isEqualTo(1);
        assertThat(metrics.sum("vllm:num_requests_waiting")).isEqualTo(1);
        assertThat(metrics.sum("vllm:kv_cache_usage_perc")).isBetween(0.5, 1.0);

        running.output();
        waiting.output();
        await().until(() -> Nodes.metrics(engine).sum("vllm:num_requests_running") == 0);
        assertThat(Nodes.metrics(engine).sum("vllm:kv_cache_usage_perc")).isZero();
    }

    private MetricsSnapshot fresh() {
        return PrometheusText.parse(nodes.start(Nodes.Setup.DEFAULT.config("fresh", MODEL, Nodes.SCALE))
                .scrape());
    }
}
