package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.topology.Figures;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a search for the highest rate that meets an SLO found. Immutable.
 *
 * @param slo what had to be met
 * @param conditions what the first run was measured under
 * @param probes every run, in the order of time, one or more
 * @param problem why the search cannot be trusted, or ended before its time; empty when it can
 */
public record RateSearch(Slo slo, RunConditions conditions, List<RateProbe> probes, Optional<Problem> problem) {

    /** Copies the probes. */
    public RateSearch {
        probes = List.copyOf(probes);
    }

    /** The lowest rate that is known to be too high: it did not meet the SLO, or was more than the stack could answer. */
    public Optional<RateProbe> lowestNotMet() {
        return probes.stream()
                .filter(probe -> probe.outcome().isTooHigh())
                .min(Comparator.comparingDouble(RateProbe::rate));
    }

    /** The highest rate below {@link #lowestNotMet()} that met the SLO. */
    public Optional<RateProbe> highestMet() {
        double tooHigh = lowestNotMet().map(RateProbe::rate).orElse(Double.POSITIVE_INFINITY);
        return probes.stream()
                .filter(probe -> probe.outcome() == RateProbe.Outcome.MET && probe.rate() < tooHigh)
                .max(Comparator.comparingDouble(RateProbe::rate));
    }

    /** The objective in words. */
    public String objective() {
        return slo.describe() + " for " + Figures.digits(slo.attainment() * 100) + " % of requests";
    }

    /** The bracket and every run in one line. */
    public String describe() {
        return "the highest rate with " + objective() + " is " + bracket() + "; runs: " + runs();
    }

    /** Every run in words, by rate. */
    public String runs() {
        return probes.stream()
                .sorted(Comparator.comparingDouble(RateProbe::rate))
                .map(probe -> Figures.digits(probe.rate()) + "/s " + probe.outcome() + " (" + probe.met() + " of "
                        + probe.requests() + ")")
                .collect(Collectors.joining(", "));
    }

    /** Between which rates the highest one lies. */
    public String bracket() {
        String low = highestMet().map(met -> Figures.digits(met.rate())).orElse("0");
        return lowestNotMet()
                .map(not -> "between " + low + " and " + Figures.digits(not.rate()) + " requests/s")
                .orElse(low + " requests/s or more");
    }

    /**
     * Returns this search if it can be trusted.
     *
     * @throws InvalidRunException otherwise
     */
    public RateSearch requireValid() {
        problem.ifPresent(found -> {
            throw new InvalidRunException(
                    found.reason(),
                    found.detail() + "\n  runs: " + runs() + "\n  measured under: " + conditions.describe());
        });
        return this;
    }
}
