package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.RateProbe.Outcome;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.load.RequestRecord;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * Says what a run tells of its rate. The share of requests within the bounds has the interval of Clopper and Pearson (two-sided,
 * 95 %), which takes requests for independent of each other.
 */
final class ProbeJudge {

    private static final double TAIL = 0.025;

    /** Less is what a run's beginning and chance leave behind. */
    private static final double LEFT_BEHIND = 0.1;

    private final Slo slo;

    ProbeJudge(Slo slo) {
        this.slo = slo;
    }

    /** Fewest requests that can show the share, when every one of them is within the bounds. Of a share below 1. */
    static long fewestRequests(double attainment) {
        return (long) Math.ceil(Math.log(TAIL) / Math.log(attainment));
    }

    /** Of a run with as many requests as that, all answered. */
    Outcome outcome(BenchmarkResult result) {
        long met = slo.met(result);
        int requests = result.requests().size();
        if (high(met, requests) < slo.attainment()) {
            return Outcome.NOT_MET;
        }
        Flow flow = Flow.of(result);
        if (flow.isTooShort()) {
            return Outcome.TOO_SHORT;
        }
        if (flow.leavesRequestsBehind()) {
            return Outcome.SATURATED;
        }
        return low(met, requests) >= slo.attainment() ? Outcome.MET : Outcome.OPEN;
    }

    private static double low(long met, int requests) {
        return met == 0 ? 0 : BetaDistribution.of(met, requests - met + 1.0).inverseCumulativeProbability(TAIL);
    }

    private static double high(long met, int requests) {
        return met == requests
                ? 1
                : BetaDistribution.of(met + 1.0, requests - met).inverseSurvivalProbability(TAIL);
    }

    /**
     * When requests came and went.
     *
     * @param came intended starts, ascending
     * @param went ends
     * @param typical median time from start to end
     */
    private record Flow(List<Long> came, List<Long> went, double typical) {

        static Flow of(BenchmarkResult result) {
            double[] times = result.nanos(Latency.END_TO_END);
            Arrays.sort(times);
            return new Flow(
                    of(result, RequestRecord::intendedNanos).sorted().toList(),
                    of(result, RequestRecord::endNanos).toList(),
                    times[times.length / 2]);
        }

        private static Stream<Long> of(BenchmarkResult result, Function<RequestRecord, Long> when) {
            return result.requests().stream().map(when);
        }

        boolean isTooShort() {
            return last() - came.get(0) < 2 * typical;
        }

        /** Of those that came in the second half of the run, more are left behind than chance explains: two deviations of a Poisson count. */
        boolean leavesRequestsBehind() {
            long middle = came.get(came.size() / 2);
            long arrived = came.stream().filter(time -> time > middle).count();
            long answered = went.stream()
                    .filter(time -> time > middle && time <= last())
                    .count();
            long behind = arrived - answered;
            return behind > LEFT_BEHIND * arrived && behind > 2 * Math.sqrt(arrived);
        }

        private long last() {
            return came.get(came.size() - 1);
        }
    }
}
