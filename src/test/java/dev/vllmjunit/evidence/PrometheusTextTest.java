package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {

    @Test
    void readsNamesLabelsAndValues() {
        MetricsSnapshot metrics = PrometheusText.parse(
                """
                # HELP vllm:prompt_tokens_total Number of prefill tokens processed.
                # TYPE vllm:prompt_tokens_total counter
                vllm:prompt_tokens_total{engine="0",model_name="tiny"} 8000.0
                vllm:prompt_tokens_by_source_total{engine="0",source="local_compute"} 64
                vllm:prompt_tokens_by_source_total{engine="0",source="local_cache_hit"} 7936
                bare_metric 1.5e3 1700000000000
                """);

        assertThat(metrics.sum("vllm:prompt_tokens_total")).isEqualTo(8000);
        assertThat(metrics.sum("vllm:prompt_tokens_by_source_total")).isEqualTo(8000);
        assertThat(metrics.sum("vllm:prompt_tokens_by_source_total", Map.of("source", "local_cache_hit")))
                .isEqualTo(7936);
        assertThat(metrics.sum("bare_metric")).isEqualTo(1500);
        assertThat(metrics.has("vllm:prompt_tokens_total")).isTrue();
        assertThat(metrics.has("vllm:prompt_tokens")).isFalse();
    }

    @Test
    void readsInfinityAndEscapedLabels() {
        MetricsSnapshot metrics = PrometheusText.parse(
                """
                a_bucket{le="+Inf",path="C:\\\\dir\\"quoted\\",x{}"} +Inf
                """);

        assertThat(metrics.series())
                .containsOnly(Map.entry(
                        new MetricsSnapshot.Series("a_bucket", Map.of("le", "+Inf", "path", "C:\\dir\"quoted\",x{}")),
                        Double.POSITIVE_INFINITY));
    }

    @Test
    void anEmptyLabelIsNone() {
        MetricsSnapshot before = PrometheusText.parse("chunks_total{l2=\"s3\"} 7\n");

        assertThat(PrometheusText.parse("chunks_total{cache_salt=\"\",l2=\"s3\"} 9\n")
                        .minus(before)
                        .sum("chunks_total"))
                .isEqualTo(2);
    }

    @Test
    void namesALineThatIsNoSample() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrometheusText.parse("<html>gateway error</html>"))
                .withMessage("not a sample of the Prometheus text format: <html>gateway error</html>");
    }

    @Test
    void aDeltaCountsNewSeriesFromZero() {
        MetricsSnapshot before = PrometheusText.parse("a_total{node=\"1\"} 3");
        MetricsSnapshot after = PrometheusText.parse("a_total{node=\"1\"} 5\na_total{node=\"2\"} 7");

        assertThat(after.minus(before).sum("a_total", Map.of("node", "1"))).isEqualTo(2);
        assertThat(after.minus(before).sum("a_total", Map.of("node", "2"))).isEqualTo(7);
    }
}
