package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.stats.Interval;
import dev.vllmjunit.stats.Ratio;
import dev.vllmjunit.stats.Sample;
import dev.vllmjunit.topology.Figures;
import java.util.Optional;

/** What a failed assertion says: value, relation, bound, difference, sample and conditions. */
final class Message {

    private static final double CONFIDENCE = 0.95;

    private Message() {}

    static String notWithin(Figure figure, BenchmarkResult result, String relation, double limit) {
        return expecting(figure, result) + relation + ":\n  " + figure.unit().format(limit) + "\nbut it is "
                + difference(figure, limit) + context(figure, result);
    }

    static String notBetween(Figure figure, BenchmarkResult result, double from, double to) {
        Unit unit = figure.unit();
        String off = figure.value() < from
                ? difference(figure, from) + " than the lower bound"
                : difference(figure, to) + " than the upper bound";
        return expecting(figure, result) + "to be between:\n  " + unit.format(from) + " and " + unit.format(to)
                + "\nbut it is " + off + context(figure, result);
    }

    /** With factor 0 for a comparison that asks for no factor. */
    static String notBetter(
            Figure mine,
            Figure theirs,
            BenchmarkResult result,
            BenchmarkResult other,
            String better,
            boolean lessIsBetter,
            double factor) {
        String times = factor == 0 ? "" : "at least " + Figures.digits(factor) + " times ";
        Figure above = lessIsBetter ? theirs : mine;
        Figure below = lessIsBetter ? mine : theirs;
        String adjective = lessIsBetter ? "fast" : "high";
        return expecting(mine, result) + "to be " + times + better + " than:\n  "
                + theirs.unit().format(theirs.value(), other.conditions().modelled())
                + "\nbut it is " + Figures.digits(above.value() / below.value()) + " times as " + adjective
                + ratioInterval(above, below) + "\n  samples: " + mine.basis() + " against " + theirs.basis()
                + measuredUnder(result.conditions()) + "\n  compared with: "
                + other.conditions().describe();
    }

    static String measuredUnder(RunConditions conditions) {
        return "\n  measured under: " + conditions.describe();
    }

    static double requireFactor(double factor) {
        if (!(factor > 0)) {
            throw new IllegalArgumentException("the factor is " + factor + "; it must be greater than 0");
        }
        return factor;
    }

    private static String expecting(Figure figure, BenchmarkResult result) {
        return "\nExpecting " + figure.name() + ":\n  "
                + figure.unit().format(figure.value(), result.conditions().modelled()) + "\n";
    }

    private static String difference(Figure figure, double limit) {
        double difference = figure.value() - limit;
        if (difference == 0) {
            return "equal";
        }
        String size = figure.unit() == Unit.SHARE
                ? Figures.digits(Math.abs(difference)) + " percentage points"
                : figure.unit().format(Math.abs(difference));
        return size + (difference > 0 ? " more" : " less");
    }

    private static String context(Figure figure, BenchmarkResult result) {
        String interval = figure.meanOf()
                .flatMap(sample -> sample.meanInterval(CONFIDENCE))
                .map(found -> ", 95 % interval of the mean " + figure.unit().format(found.low()) + " to "
                        + figure.unit().format(found.high(), result.conditions().modelled()))
                .orElse("");
        return "\n  samples: " + figure.basis() + interval + measuredUnder(result.conditions());
    }

    private static String ratioInterval(Figure above, Figure below) {
        return above.meanOf()
                .flatMap(mine -> below.meanOf().flatMap(theirs -> interval(mine, theirs)))
                .map(found ->
                        " (95 % interval " + Figures.digits(found.low()) + " to " + Figures.digits(found.high()) + ")")
                .orElse("");
    }

    private static Optional<Interval> interval(Sample above, Sample below) {
        return above.mean() > 0 && below.mean() > 0
                ? Ratio.ofMeans(above, below, CONFIDENCE).interval()
                : Optional.empty();
    }
}
