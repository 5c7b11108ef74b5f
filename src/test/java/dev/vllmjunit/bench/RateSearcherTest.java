package dev.vllmjunit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.RateProbe;
import dev.vllmjunit.evidence.RateProbe.Outcome;
import dev.vllmjunit.evidence.RateSearch;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.evidence.SearchLimits;
import dev.vllmjunit.evidence.Slo;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Searches on simulated queues, whose service takes 100 ms: no rate of 10 requests per second or more lasts. */
class RateSearcherTest {

    private static final Slo P95_BELOW_500_MS = Slo.of(Latency.TTFT, Duration.ofMillis(500));
    private static final Slo ANY_TPOT = Slo.of(Latency.TPOT, Duration.ofHours(1));
    private static final Queue RANDOM = new Queue(0.1, 0, true, 2_000);
    private static final Queue STEADY = new Queue(0.1, 0, false, 200);

    @Test
    void theRateOfARandomQueueLiesInTheBracket() {
        RateSearch search = RateSearcher.search(P95_BELOW_500_MS, SearchLimits.STANDARD, RANDOM::run);

        double truth = highestRateOfAnEndlessRun();
        assertThat(search.problem()).isEmpty();
        assertThat(met(search)).isLessThanOrEqualTo(truth).isCloseTo(truth, within(truth / 5));
        assertThat(notMet(search)).isGreaterThan(truth).isCloseTo(truth, within(truth / 5));
    }

    @Test
    void aSteadyQueueIsBracketedAsCloselyAsAsked() {
        RateSearch search = RateSearcher.search(P95_BELOW_500_MS, new SearchLimits(3, 1.05, 20), STEADY::run);

        assertThat(search.probes()).extracting(RateProbe::rate).startsWith(3.0, 6.0, 12.0, Math.sqrt(72));
        assertThat(met(search)).isLessThan(10.3);
        assertThat(notMet(search) / met(search)).isLessThanOrEqualTo(1.05);
    }

    @Test
    void aFirstRateThatIsTooHighIsHalved() {
        RateSearch search = RateSearcher.search(P95_BELOW_500_MS, new SearchLimits(64, 4, 20), STEADY::run);

        assertThat(search.probes())
                .extracting(RateProbe::rate, RateProbe::outcome)
                .containsExactly(
                        tuple(64.0, Outcome.NOT_MET),
                        tuple(32.0, Outcome.NOT_MET),
                        tuple(16.0, Outcome.NOT_MET),
                        tuple(8.0, Outcome.MET));
    }

    @Test
    void moreThanIsAnsweredIsTooMuchEvenIfNoLatencyShowsIt() {
        RateSearch search = RateSearcher.search(ANY_TPOT, new SearchLimits(8, 1.2, 20), STEADY::run);

        assertThat(search.probes()).extracting(RateProbe::outcome).contains(Outcome.MET, Outcome.SATURATED);
        assertThat(met(search)).isGreaterThanOrEqualTo(8);
        assertThat(notMet(search)).isBetween(10.0, 16.0);
    }

    @Test
    void aRunThatIsOverBeforeARequestIsAnsweredTellsNothing() {
        Queue slowAnswers = new Queue(0.0001, 30, false, 200);

        RateSearch search = RateSearcher.search(P95_BELOW_500_MS, SearchLimits.STANDARD, slowAnswers::run);

        assertThat(search.describe())
                .isEqualTo("the highest rate with time to first token of at most 500 ms for 95 % of requests is 2"
                        + " requests/s or more; runs: 1/s MET (200 of 200), 2/s MET (200 of 200), 4/s TOO_SHORT (200 of"
                        + " 200)");
    }

    @Test
    void whatARunLeavesOpenIsSteppedAroundOnBothSides() {
        RateSearch search = RateSearcher.search(
                P95_BELOW_500_MS,
                new SearchLimits(4, 1.1, 30),
                rate -> within500Millis(rate < 6 ? 100 : rate < 9 ? 96 : 50));

        double[] open = search.probes().stream()
                .filter(probe -> probe.outcome() == Outcome.OPEN)
                .mapToDouble(RateProbe::rate)
                .sorted()
                .toArray();
        assertThat(met(search)).isBetween(5.4, 6.0);
        assertThat(open[0]).isBetween(6.0, 6.6);
        assertThat(open[open.length - 1]).isBetween(8.1, 9.0);
        assertThat(notMet(search)).isBetween(9.0, 9.9);
    }

    @Test
    void endsAfterSoManyRuns() {
        RateSearch search = RateSearcher.search(P95_BELOW_500_MS, new SearchLimits(1, 1.1, 3), STEADY::run);

        assertThat(search.describe())
                .isEqualTo(
                        "the highest rate with time to first token of at most 500 ms for 95 % of requests is 4"
                                + " requests/s or more; runs: 1/s MET (200 of 200), 2/s MET (200 of 200), 4/s MET (200 of 200)");
    }

    @Test
    void endsAtARunThatCannotBeTrusted() {
        RateSearch search = RateSearcher.search(
                P95_BELOW_500_MS,
                SearchLimits.STANDARD,
                rate -> rate < 4
                        ? STEADY.run(rate)
                        : Results.cold()
                                .problem(InvalidReason.CLIENT_TOO_SLOW, "the driver was late")
                                .build());

        assertThat(search.probes()).hasSize(3);
        assertThat(search.problem())
                .contains(new Problem(InvalidReason.CLIENT_TOO_SLOW, "at 4 requests/s: the driver was late"));
    }

    @Test
    void tooFewRequestsShowNoShare() {
        assertThat(RateSearcher.search(P95_BELOW_500_MS, SearchLimits.STANDARD, rate -> small())
                        .problem())
                .contains(
                        new Problem(
                                InvalidReason.TOO_FEW_SAMPLES,
                                "at 1 requests/s: 30 requests cannot show that a share of 0.95 meets the SLO, 72 can; send more"
                                        + " (documents and repeat, the trace's requests, conversations), or ask for a smaller attainment"));
        assertThat(RateSearcher.search(P95_BELOW_500_MS.attainment(1), SearchLimits.STANDARD, rate -> small())
                        .problem())
                .contains(new Problem(
                        InvalidReason.TOO_FEW_SAMPLES,
                        "at 1 requests/s: no number of requests can show that all of them meet the SLO; search with an"
                                + " attainment below 1"));
    }

    /** 100 requests one after the other. */
    private static BenchmarkResult within500Millis(int requests) {
        return Results.cold()
                .ttft(IntStream.range(0, 100)
                        .mapToDouble(request -> request < requests ? 400 : 600)
                        .toArray())
                .build();
    }

    private static BenchmarkResult small() {
        return Results.cold().build();
    }

    /** By bisection of runs long enough for their share to be exact. */
    private static double highestRateOfAnEndlessRun() {
        Queue endless = new Queue(0.1, 0, true, 300_000);
        double low = 1;
        double high = 10;
        for (int i = 0; i < 8; i++) {
            double rate = (low + high) / 2;
            boolean holds = P95_BELOW_500_MS.met(endless.run(rate)) >= 0.95 * endless.requests();
            low = holds ? rate : low;
            high = holds ? high : rate;
        }
        return low;
    }

    private static double met(RateSearch search) {
        return search.highestMet().orElseThrow().rate();
    }

    private static double notMet(RateSearch search) {
        return search.lowestNotMet().orElseThrow().rate();
    }
}
