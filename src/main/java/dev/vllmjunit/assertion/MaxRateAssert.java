package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.RateProbe;
import dev.vllmjunit.evidence.RateSearch;
import dev.vllmjunit.topology.Figures;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.description.Description;
import org.jspecify.annotations.Nullable;

/** Assertions of the highest rate that meets an SLO. The rate is known only to lie between one that met it and one that did not. */
public final class MaxRateAssert extends AbstractAssert<MaxRateAssert, RateSearch> {

    MaxRateAssert(RateSearch actual, @Nullable Description description) {
        super(actual, MaxRateAssert.class);
        info.description(description);
    }

    /**
     * Holds if a run at this rate or above met the SLO; fails if one at this rate or below did not.
     *
     * @throws InvalidRunException if the search cannot be trusted, or the rate lies within what it left open
     */
    public MaxRateAssert isAtLeast(RequestRate bound) {
        double rate = bound.requestsPerSecond();
        RateSearch search = actual.requireValid();
        boolean met = search.highestMet().filter(probe -> probe.rate() >= rate).isPresent();
        if (!met) {
            RateProbe tooHigh =
                    search.lowestNotMet().filter(probe -> probe.rate() <= rate).orElseThrow(() -> open(rate));
            throw failure("%s", tooLow(rate, tooHigh));
        }
        return myself;
    }

    private String tooLow(double bound, RateProbe tooHigh) {
        return "\nExpecting the highest rate with " + actual.objective() + ":\n  " + actual.bracket() + modelled()
                + "\nto be at least:\n  " + Unit.REQUEST_RATE.format(bound) + "\nbut at "
                + Unit.REQUEST_RATE.format(tooHigh.rate()) + " " + tooHigh.met() + " of " + tooHigh.requests()
                + " requests met it"
                + (tooHigh.outcome() == RateProbe.Outcome.SATURATED ? ", and more came than were answered" : "")
                + context();
    }

    private InvalidRunException open(double bound) {
        return new InvalidRunException(
                InvalidReason.INCONCLUSIVE,
                "the highest rate with " + actual.objective() + " is " + actual.bracket() + modelled()
                        + ", which leaves open whether it is at least " + Figures.digits(bound)
                        + "; send more requests in a run, or allow more runs and a finer precision (SearchLimits)"
                        + context());
    }

    private String modelled() {
        return actual.conditions().modelled() ? " (modelled)" : "";
    }

    private String context() {
        return "\n  runs: " + actual.runs() + Message.measuredUnder(actual.conditions());
    }
}
