package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.stats.Interval;
import dev.vllmjunit.stats.Sample;
import java.util.Optional;

/** A percentile of a latency, between two of the values themselves. */
record PercentileLatency(LatencySource source, int percent) implements Reading {

    @Override
    public Figure of(BenchmarkResult result, double confidence) {
        Sample sample = Sample.of(source.enough(result, percent, confidence).all());
        double q = percent / 100.0;
        Interval interval = sample.quantileInterval(q, confidence).orElseThrow();
        Spread spread = new Spread(
                interval, sample.size(), source.noun(), "order statistics of " + source.basis(sample.size()));
        return new Figure(
                "p" + percent + " " + source.label(),
                sample.quantile(q),
                Unit.TIME,
                source.basis(sample.size()),
                Optional.of(spread));
    }

    /** Of two intervals, each with half of the error: together they hold with the confidence asked for (Bonferroni). */
    @Override
    public Figure ratio(BenchmarkResult above, BenchmarkResult below, double confidence) {
        double each = 1 - (1 - confidence) / 2;
        Figure numerator = of(above, each);
        Figure denominator = of(below, each);
        Interval interval =
                new Interval(numerator.low() / denominator.high(), numerator.high() / denominator.low(), confidence);
        Figure quotient = Reading.quotient(numerator, denominator);
        Spread spread = new Spread(
                interval,
                Math.min(size(numerator), size(denominator)),
                source.noun(),
                "the order statistics of both, each at " + Unit.SHARE.format(100 * each));
        return new Figure(quotient.name(), quotient.value(), quotient.unit(), quotient.basis(), Optional.of(spread));
    }

    private static int size(Figure figure) {
        return figure.spread().orElseThrow().size();
    }
}
