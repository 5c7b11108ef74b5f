package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.assertion.PerformanceAssertions.requestsPerSecond;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.Objectives;
import dev.vllmjunit.evidence.RateProbe;
import dev.vllmjunit.evidence.RateProbe.Outcome;
import dev.vllmjunit.evidence.RateSearch;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.evidence.Slo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Three of four requests are fast enough, in 3.5 s; the highest rate lies between 4 and 5 requests/s. */
class GoodputTest {

    private static final Slo SLO = Slo.of(Latency.TTFT, Duration.ofMillis(500));
    private static final BenchmarkResult RESULT =
            Results.cold().ttft(100, 400, 600, 400).output(11, 50).build();
    private static final RateSearch SEARCH = search(Optional.empty());

    @Test
    void goodputPasses() {
        assertThat(RESULT).goodput(SLO).isAtLeast(requestsPerSecond(0.85)).isLessThan(requestsPerSecond(0.86));
    }

    @Test
    void goodputFails() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(RESULT).goodput(SLO).isAtLeast(requestsPerSecond(1)))
                .withMessage(
                        """

                        Expecting goodput with time to first token of at most 500 ms:
                          0.857 requests/s (modelled)
                        to be at least:
                          1 requests/s
                        but it is 0.143 requests/s less
                          samples: 3 of 4 requests"""
                                + measuredUnder());
    }

    @Test
    void whoReportsTheResultIsToldOfItsSlo() {
        List<Object> told = new ArrayList<>();
        Objectives.Listener listener = (result, slo) -> told.addAll(List.of(result, slo));
        Objectives.add(listener);
        assertThat(RESULT).goodput(SLO).isAtLeast(requestsPerSecond(0));
        Objectives.remove(listener);
        assertThat(RESULT).goodput(SLO.attainment(0.5)).isAtLeast(requestsPerSecond(0));

        Assertions.assertThat(told).containsExactly(RESULT, SLO);
    }

    @Test
    void goodputOfAnInvalidRunIsInvalid() {
        BenchmarkResult slow = Results.cold()
                .problem(InvalidReason.CLIENT_TOO_SLOW, "the driver was late")
                .build();

        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> assertThat(slow).goodput(SLO).isAtLeast(requestsPerSecond(0)))
                .withMessage("INVALID (CLIENT_TOO_SLOW): the driver was late" + measuredUnder());
    }

    @Test
    void theHighestRatePasses() {
        assertThat(SEARCH).maxRate().isAtLeast(requestsPerSecond(3)).isAtLeast(requestsPerSecond(4));
    }

    @Test
    void theHighestRateFailsWhereARunAtTheBoundOrBelowDidNotMeetIt() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(SEARCH).maxRate().isAtLeast(requestsPerSecond(5)))
                .withMessage(
                        """

                        Expecting the highest rate with time to first token of at most 500 ms for 95 % of requests:
                          between 4 and 5 requests/s (modelled)
                        to be at least:
                          5 requests/s
                        but at 5 requests/s 97 of 100 requests met it, and more came than were answered
                          runs: 4/s MET (100 of 100), 5/s SATURATED (97 of 100)"""
                                + measuredUnder());
    }

    @Test
    void theHighestRateIsInconclusiveWithinTheBracket() {
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> assertThat(SEARCH).maxRate().isAtLeast(requestsPerSecond(4.5)))
                .withMessage(
                        "INVALID (INCONCLUSIVE): the highest rate with time to first token of at most 500 ms for 95 %"
                                + " of requests is between 4 and 5 requests/s (modelled), which leaves open whether it is at least"
                                + " 4.5; send more requests in a run, or allow more runs and a finer precision (SearchLimits)\n"
                                + "  runs: 4/s MET (100 of 100), 5/s SATURATED (97 of 100)" + measuredUnder());
    }

    @Test
    void aSearchThatCannotBeTrustedIsInvalid() {
        RateSearch late =
                search(Optional.of(new Problem(InvalidReason.CLIENT_TOO_SLOW, "at 5 requests/s: the driver was late")));

        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> assertThat(late).maxRate().isAtLeast(requestsPerSecond(1)))
                .withMessage("INVALID (CLIENT_TOO_SLOW): at 5 requests/s: the driver was late\n"
                        + "  runs: 4/s MET (100 of 100), 5/s SATURATED (97 of 100)" + measuredUnder());
    }

    @Test
    void aRateIsNotNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> requestsPerSecond(-1))
                .withMessage("a rate is -1.0 requests/s; it must be 0 or more");
    }

    private static RateSearch search(Optional<Problem> problem) {
        return new RateSearch(
                SLO,
                RESULT.conditions(),
                List.of(new RateProbe(5, 100, 97, Outcome.SATURATED), new RateProbe(4, 100, 100, Outcome.MET)),
                problem);
    }

    private static String measuredUnder() {
        return "\n  measured under: " + RESULT.conditions().describe();
    }
}
