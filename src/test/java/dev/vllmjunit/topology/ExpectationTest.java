package dev.vllmjunit.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.topology.Expectation.Metric;
import dev.vllmjunit.topology.Expectation.Range;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExpectationTest {

    @Test
    void aComparisonCountsTimes() {
        assertThat(compared(Metric.TTFT_MEAN).unit()).isEqualTo("x");
        assertThat(Metric.TTFT_MEAN.unit()).isEqualTo("ms");
    }

    @Test
    void describesRanges() {
        assertThat(new Range(50, 100).describe("ms")).isEqualTo("50–100 ms");
        assertThat(new Range(1.5, Double.POSITIVE_INFINITY).describe("x")).isEqualTo("at least 1.5 x");
        assertThat(new Range(Double.NEGATIVE_INFINITY, 1800).describe("s")).isEqualTo("at most 1,800 s");
        assertThat(Range.ANY.describe("s")).isEqualTo("any");
    }

    private static Expectation compared(Metric metric) {
        return new Expectation("x", "S3_ONLY", metric, Optional.of("EMPTY"), Range.ANY, Map.of());
    }
}
