package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.stats.Comparison;
import dev.vllmjunit.stats.Sample;
import java.util.List;
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
        return together(ofEach(result, confidence), confidence);
    }

    @Override
    public Figure ratio(BenchmarkResult above, BenchmarkResult below, double confidence) {
        List<Figure> numerators = ofEach(above, confidence);
        List<Figure> denominators = ofEach(below, confidence);
        Figure quotient = Reading.quotient(together(numerators, confidence), together(denominators, confidence));
        if (!repeated(above) || !repeated(below)) {
            return quotient;
        }
        Comparison comparison = numerators.size() == denominators.size()
                ? Comparison.repeated(values(numerators), values(denominators), confidence)
                : Comparison.independent(values(numerators), values(denominators), confidence);
        return Compared.figure(
                quotient, comparison, Math.min(numerators.size(), denominators.size()), Spread.REPETITIONS);
    }

    private List<Figure> ofEach(BenchmarkResult result, double confidence) {
        return result.runs().stream().map(run -> ofRun.of(run, confidence)).toList();
    }

    private static Figure together(List<Figure> each, double confidence) {
        Figure first = each.get(0);
        int runs = each.size();
        if (runs == 1) {
            return first.exact();
        }
        Sample sample = Sample.of(values(each));
        Optional<Spread> spread = runs < ENOUGH
                ? Optional.empty()
                : sample.meanInterval(confidence)
                        .map(found -> new Spread(
                                found, runs, Spread.REPETITIONS, "Student's t over " + runs + " repetitions"));
        return new Figure(first.name(), sample.mean(), first.unit(), runs + " repetitions of " + first.basis(), spread);
    }

    private static double[] values(List<Figure> figures) {
        return figures.stream().mapToDouble(Figure::value).toArray();
    }
}
