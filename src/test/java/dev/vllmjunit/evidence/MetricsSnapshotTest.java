package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsSnapshotTest {

    @Test
    void aDifferenceIsWhatCountersHaveRisenBy() {
        MetricsSnapshot delta = of("a_total 7\nb_total 5").minus(of("a_total 4"));

        assertThat(delta.sum("a_total")).isEqualTo(3);
        assertThat(delta.sum("b_total")).isEqualTo(5);
    }

    @Test
    void aCounterThatHasFallenWasStartedAnew() {
        assertThat(of("a_total 3").minus(of("a_total 10")).sum("a_total")).isEqualTo(3);
        assertThat(of("a_seconds_sum 3").minus(of("a_seconds_sum 10")).sum("a_seconds_sum"))
                .isEqualTo(3);
    }

    @Test
    void aLevelMayFall() {
        assertThat(of("requests_running 3").minus(of("requests_running 10")).sum("requests_running"))
                .isEqualTo(-7);
    }

    private static MetricsSnapshot of(String text) {
        return PrometheusText.parse(text + "\n");
    }
}
