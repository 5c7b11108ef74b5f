package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.stats.Comparison;
import dev.vllmjunit.stats.Sample;
import java.util.Optional;

/**
 * A figure that each run has once, so that only repetitions tell how well it is known: by Student's t where there are enough.
 * The figure of several runs is the mean of theirs.
 */
record PerRun(Reading ofRun) implements Reading {

    private static final int ENOUGH = 3;

    /** Whether a result has repetitions enough to be the observations. */
    static boolean repeated(BenchmarkResult result) {
        return result.runs().size() >= ENOUGH;
    }

    @Override
    public Figure of(BenchmarkResult result, double confidence) {
        Figure first = ofRun.of(result.runs().get(0), confidence);
        int runs = result.runs().size();
        if (runs == 1) {
            return first.exact();
        }
        Sample sample = Sample.of(values(result, confidence));
        Optional<Spread> spread = repeated(result)
                ? sample.meanInterval(confidence)
                        .map(found -> new Spread(
                                found, runs, Spread.REPETITIONS, "Student's t over " + runs + " repetitions"))
                : Optional.empty();
        return new Figure(first.name(), sample.mean(), first.unit(), runs + " repetitions of " + first.basis(), spread);
    }

    @Override
    public Figure ratio(BenchmarkResult above, BenchmarkResult below, double confidence) {
        Figure quotient = Reading.quotient(of(above, confidence), of(below, confidence));
        if (!repeated(above) || !repeated(below)) {
            return quotient;
        }
        double[] numerators = values(above, confidence);
        double[] denominators = values(below, confidence);
        Comparison comparison = numerators.length == denominators.length
                ? Comparison.repeated(numerators, denominators, confidence)
                : Comparison.independent(numerators, denominators, confidence);
        return Compared.figure(
                quotient, comparison, Math.min(numerators.length, denominators.length), Spread.REPETITIONS);
    }

    private double[] values(BenchmarkResult result, double confidence) {
        return result.runs().stream()
                .mapToDouble(run -> ofRun.of(run, confidence).value())
                .toArray();
    }
}
