package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.load.RequestRecord;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SloTest {

    private static final Slo SLO =
            Slo.of(Latency.TTFT, Duration.ofMillis(500)).and(Latency.TPOT, Duration.ofMillis(50));

    @Test
    void aRequestMeetsItWithinEveryBound() {
        assertThat(SLO.isMetBy(request(500, 50, 11))).isTrue();
        assertThat(SLO.isMetBy(request(501, 50, 11))).isFalse();
        assertThat(SLO.isMetBy(request(500, 51, 11))).isFalse();
        assertThat(SLO.isMetBy(request(500, 51, 1))).isTrue();
        assertThat(SLO.and(Latency.END_TO_END, Duration.ofMillis(999)).isMetBy(request(500, 50, 11)))
                .isFalse();
    }

    @Test
    void aFailedRequestMeetsNothing() {
        RequestRecord failed = new RequestRecord(
                0, 0, "request-0", 0, 0, new long[0], 1, 0, -1, "", Optional.empty(), Optional.of("refused"));

        assertThat(SLO.isMetBy(failed)).isFalse();
    }

    @Test
    void goodputIsWhatMeetsItPerSecondOfTheRun() {
        BenchmarkResult result =
                Results.cold().ttft(100, 400, 600, 400).output(11, 50).build();

        assertThat(SLO.met(result)).isEqualTo(3);
        assertThat(SLO.goodput(result)).isCloseTo(3 / 3.5, within(1e-9));
    }

    @Test
    void saysItsBoundsInOneOrder() {
        assertThat(Slo.of(Latency.TPOT, Duration.ofMillis(50))
                        .and(Latency.TTFT, Duration.ofMillis(500))
                        .describe())
                .isEqualTo(SLO.describe())
                .isEqualTo("time to first token of at most 500 ms and time per output token of at most 50 ms");
    }

    @Test
    void isWrittenAsVllmTakesIt() {
        assertThat(SLO.goodputArguments()).isEqualTo("ttft:500 tpot:50");
        assertThat(Slo.of(Latency.END_TO_END, Duration.ofNanos(2_500_000)).goodputArguments())
                .isEqualTo("e2el:2.5");
    }

    @Test
    void refusesWhatIsNotAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Slo(Map.of(), 0.95))
                .withMessage("an SLO without any bound is always met; give one or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Slo.of(Latency.ITL, Duration.ofMillis(50)))
                .withMessage(
                        "a request has many inter-token latencies, and an SLO bounds one value of each request; take"
                                + " TPOT, their mean");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Slo.of(Latency.TTFT, Duration.ZERO))
                .withMessage("the bound of time to first token is 0 ms, but must be longer than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SLO.attainment(95))
                .withMessage("attainment is 95.0, but must be a share above 0 and at most 1, for instance 0.95");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SearchLimits(0, 1.1, 1))
                .withMessage("firstRate is 0.0, but must be a finite number above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SearchLimits(1, 1, 1))
                .withMessage("precision is 1.0, but must be a factor above 1, for instance 1.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SearchLimits(1, 1.1, 0))
                .withMessage("probes is 0, but must be 1 or more");
    }

    private static RequestRecord request(long ttftMillis, long tpotMillis, int tokens) {
        long first = ttftMillis * 1_000_000;
        long end = first + tpotMillis * 1_000_000 * (tokens - 1);
        return new RequestRecord(
                0,
                0,
                "request-0",
                0,
                0,
                new long[] {first, end},
                end,
                tokens,
                7,
                "",
                Optional.of("length"),
                Optional.empty());
    }
}
