package dev.vllmjunit.workload;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrivalsTest {

    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final LongDocumentQa WORKLOAD =
            longDocumentQa().documents(2).documentLength(32).repeat(2);

    /** The k-th request starts where the integral of the rate is k. */
    @ParameterizedTest
    @CsvSource({"0, 8", "2, 8", "8, 2", "4, 4"})
    void aRampStartsAsManyRequestsAsTheAreaUnderItsRate(double from, double to) {
        Arrivals.Ramp ramp = new Arrivals.Ramp(from, to, TEN_SECONDS);

        List<Double> starts = starts(ramp, 100);

        assertThat(starts).isSorted().startsWith(0.0);
        for (int request = 0; request < 100; request++) {
            double t = starts.get(request);
            double area = t <= 10 ? from * t + (to - from) * t * t / 20 : (from + to) * 5 + to * (t - 10);
            assertThat(area).isCloseTo(request, within(1e-6));
        }
    }

    @Test
    void burstsComeAtOnceAgainAndAgain() {
        assertThat(starts(new Arrivals.Burst(3, Duration.ofMillis(500)), 7))
                .containsExactly(0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 1.0);
    }

    @ParameterizedTest
    @CsvSource({"0.25, 2", "1, 1", "4, 0.5"})
    void burstinessIsTheShapeOfTheGaps(double burstiness, double variation) {
        List<Double> starts = starts(new Arrivals.Gamma(5, burstiness, 0), 20_000);
        double[] gaps = IntStream.range(1, starts.size())
                .mapToDouble(i -> starts.get(i) - starts.get(i - 1))
                .toArray();

        double mean = IntStream.range(0, gaps.length)
                .mapToDouble(i -> gaps[i])
                .average()
                .orElseThrow();
        double variance = IntStream.range(0, gaps.length)
                .mapToDouble(i -> (gaps[i] - mean) * (gaps[i] - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(0.2, within(0.01));
        assertThat(Math.sqrt(variance) / mean).isCloseTo(variation, within(0.05 * variation));
    }

    @Test
    void burstinessOneIsPoisson() {
        List<Double> gamma = starts(new Arrivals.Gamma(5, 1, 3), 50);
        List<Double> poisson = starts(new Arrivals.Poisson(5, 3), 50);

        for (int request = 0; request < 50; request++) {
            assertThat(gamma.get(request)).isCloseTo(poisson.get(request), within(1e-6));
        }
    }

    @Test
    void aWorkloadIsSentInEachShape() {
        assertThat(arrivals(WORKLOAD.ramp(1, 9, TEN_SECONDS))).isEqualTo(new Arrivals.Ramp(1, 9, TEN_SECONDS));
        assertThat(arrivals(WORKLOAD.burst(4, TEN_SECONDS))).isEqualTo(new Arrivals.Burst(4, TEN_SECONDS));
        assertThat(arrivals(WORKLOAD.poissonRate(5).burstiness(0.5).seed(7))).isEqualTo(new Arrivals.Gamma(5, 0.5, 7));
        assertThat(WORKLOAD.burst(2, TEN_SECONDS)
                        .plan("model", Tokenizers::real)
                        .requests())
                .extracting(PlannedRequest::intendedStart)
                .containsExactly(Duration.ZERO, Duration.ZERO, TEN_SECONDS, TEN_SECONDS);
    }

    @Test
    void eachShapeSaysWhatItIs() {
        assertThat(new Arrivals.Ramp(1, 9, TEN_SECONDS).describe())
                .isEqualTo("ramp from 1.0 to 9.0 requests/s in 10.0 s");
        assertThat(new Arrivals.Burst(4, TEN_SECONDS).describe()).isEqualTo("bursts of 4 every 10.0 s");
        assertThat(new Arrivals.Gamma(5, 0.5, 7).describe())
                .isEqualTo("gamma arrivals, 5.0 requests/s on average, burstiness 0.5, seed 7");
        assertThat(new Arrivals.Conversations(1, Duration.ZERO).describe())
                .isEqualTo("1 conversation at a time, 0.0 s between turns");
    }

    @Test
    void refusesWhatIsNotAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WORKLOAD.ramp(-1, 1, TEN_SECONDS))
                .withMessage("ramp's first rate is -1.0 requests per second, but must be a finite number, 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WORKLOAD.ramp(1, 0, TEN_SECONDS))
                .withMessage("ramp's last rate is 0.0 requests per second, but must be a finite number above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WORKLOAD.ramp(1, 2, Duration.ZERO))
                .withMessage("ramp's duration is 0.0 s, but must be longer than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WORKLOAD.burst(0, TEN_SECONDS))
                .withMessage("burst's size is 0, but must be 1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WORKLOAD.burst(1, Duration.ZERO))
                .withMessage("burst's period is 0.0 s, but must be longer than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WORKLOAD.poissonRate(1).burstiness(0))
                .withMessage("burstiness is 0.0, but must be a finite number above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WORKLOAD.requestRate(1).burstiness(2))
                .withMessage("burstiness shapes Poisson arrivals, but these are: constant rate, 1.0 requests/s; call"
                        + " poissonRate before it");
    }

    private static List<Double> starts(Arrivals arrivals, int requests) {
        return ArrivalTimes.of(arrivals, requests).stream().map(Given::seconds).toList();
    }

    private static Arrivals arrivals(LongDocumentQa workload) {
        return workload.plan("model", Tokenizers::real).arrivals();
    }
}
