package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.RateProbe;
import dev.vllmjunit.evidence.RateSearch;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.evidence.SearchLimits;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.topology.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;

/**
 * Looks for the highest rate that meets an SLO: doubles or halves the rate until one has met it and one has not, then halves the
 * widest gap between neighbours that differ, in the logarithm of the rate. What a run leaves open is stepped around on both sides.
 */
public final class RateSearcher {

    private static final double STEP = 2;

    private final Slo slo;
    private final SearchLimits limits;
    private final ProbeJudge judge;
    private final List<RateProbe> probes = new ArrayList<>();

    private RateSearcher(Slo slo, SearchLimits limits) {
        this.slo = slo;
        this.limits = limits;
        this.judge = new ProbeJudge(slo);
    }

    /**
     * Searches. Ends at the first run that cannot be trusted.
     *
     * @param run runs the workload at so many requests per second
     */
    public static RateSearch search(Slo slo, SearchLimits limits, DoubleFunction<BenchmarkResult> run) {
        return new RateSearcher(slo, limits).search(run);
    }

    private RateSearch search(DoubleFunction<BenchmarkResult> run) {
        BenchmarkResult first = run.apply(limits.firstRate());
        RateSearch search = add(limits.firstRate(), first, first.conditions());
        for (OptionalDouble next = next(search); next.isPresent(); next = next(search)) {
            double rate = next.getAsDouble();
            search = add(rate, run.apply(rate), first.conditions());
        }
        return search;
    }

    private RateSearch add(double rate, BenchmarkResult result, RunConditions conditions) {
        Optional<Problem> problem = result.problems().stream().findFirst().or(() -> tooFew(result));
        RateProbe.Outcome outcome = problem.isPresent() ? RateProbe.Outcome.OPEN : judge.outcome(result);
        probes.add(new RateProbe(rate, result.requests().size(), slo.met(result), outcome));
        return new RateSearch(
                slo,
                conditions,
                probes,
                problem.map(found ->
                        new Problem(found.reason(), "at " + Figures.digits(rate) + " requests/s: " + found.detail())));
    }

    private Optional<Problem> tooFew(BenchmarkResult result) {
        if (slo.attainment() == 1) {
            return Optional.of(new Problem(
                    InvalidReason.TOO_FEW_SAMPLES,
                    "no number of requests can show that all of them meet the SLO; search with an attainment below 1"));
        }
        long needed = ProbeJudge.fewestRequests(slo.attainment());
        int sent = result.requests().size();
        return sent >= needed
                ? Optional.empty()
                : Optional.of(
                        new Problem(
                                InvalidReason.TOO_FEW_SAMPLES,
                                sent + " requests cannot show that a share of " + slo.attainment() + " meets the SLO, "
                                        + needed
                                        + " can; send more (documents and repeat, the trace's requests, conversations), or ask for a smaller attainment"));
    }

    /** The rate to try next; empty when the search is over. */
    private OptionalDouble next(RateSearch search) {
        if (search.problem().isPresent() || probes.size() >= limits.probes()) {
            return OptionalDouble.empty();
        }
        List<RateProbe> byRate = probes.stream()
                .sorted(Comparator.comparingDouble(RateProbe::rate))
                .toList();
        Optional<RateProbe> tooHigh = search.lowestNotMet();
        if (tooHigh.isEmpty()) {
            return above(byRate.get(byRate.size() - 1));
        }
        return search.highestMet()
                .map(met -> between(byRate.subList(byRate.indexOf(met), byRate.indexOf(tooHigh.get()) + 1)))
                .orElseGet(() -> OptionalDouble.of(byRate.get(0).rate() / STEP));
    }

    private static OptionalDouble above(RateProbe highest) {
        return highest.outcome() == RateProbe.Outcome.TOO_SHORT
                ? OptionalDouble.empty()
                : OptionalDouble.of(highest.rate() * STEP);
    }

    /** The first of these met the SLO, the last did not; what lies between is open. */
    private OptionalDouble between(List<RateProbe> bracket) {
        double met = bracket.get(0).rate();
        double firstOpen = bracket.get(1).rate();
        double lastOpen = bracket.get(bracket.size() - 2).rate();
        double notMet = bracket.get(bracket.size() - 1).rate();
        boolean lower = firstOpen / met >= notMet / lastOpen;
        double from = lower ? met : lastOpen;
        double to = lower ? firstOpen : notMet;
        return to / from <= limits.precision() ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(from * to));
    }
}
