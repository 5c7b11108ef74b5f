package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.topology.Figures;
import java.util.Locale;
import java.util.OptionalLong;

/** What an assertion says that does not pass: value, relation, bound, difference or interval, sample and conditions. */
final class Message {

    private Message() {}

    static String notWithin(Figure figure, BenchmarkResult result, Asked asked) {
        return expecting(figure, result.conditions()) + asked.relation() + ":\n  " + asked.limits(figure.unit())
                + "\nbut it is " + difference(figure, asked) + interval(figure, result.conditions()) + "\n  samples: "
                + figure.basis() + measuredUnder(result.conditions());
    }

    static String notBetter(Versus versus) {
        return expecting(versus.mine(), versus.conditions()) + versus.relation() + ":\n  "
                + format(versus.theirs(), versus.others()) + "\nbut it is " + versus.found()
                + interval(versus.ratio(), versus.conditions()) + context(versus);
    }

    /** Of an interval that neither keeps to the bounds nor stays out of them. */
    static String open(Figure figure, BenchmarkResult result, Asked asked) {
        return figure.name() + " was asked " + asked.relation() + " " + asked.limits(figure.unit()) + "; it is "
                + format(figure, result.conditions()) + ", and its " + leftOpen(figure, asked.bounds())
                + interval(figure, result.conditions()) + "\n  samples: " + figure.basis()
                + measuredUnder(result.conditions());
    }

    static String open(Versus versus) {
        return versus.mine().name() + " of " + format(versus.mine(), versus.conditions()) + " was asked "
                + versus.relation() + " " + format(versus.theirs(), versus.others()) + "; it is " + versus.found()
                + ", and the ratio's " + leftOpen(versus.ratio(), versus.bounds())
                + interval(versus.ratio(), versus.conditions()) + context(versus);
    }

    /** For instance {@code 95 % interval leaves it open; about 40 more documents, or repetitions, would probably decide}. */
    static String leftOpen(Figure figure, Bounds bounds) {
        Spread spread = figure.spread().orElseThrow();
        if (Double.isInfinite(spread.interval().high())) {
            return spread.confidence() + " interval has no end; send requests for longer";
        }
        return spread.confidence() + " interval leaves it open; " + remedy(spread, bounds.missing(figure, spread));
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

    private static String remedy(Spread spread, OptionalLong missing) {
        if (missing.isEmpty()) {
            return "no number of " + spread.noun() + " would decide, for the value lies on the bound";
        }
        String more = String.format(Locale.ROOT, "about %,d more %s", missing.getAsLong(), spread.noun());
        return more + (spread.noun().equals(Spread.REPETITIONS) ? "" : ", or repetitions,") + " would probably decide";
    }

    private static String expecting(Figure figure, RunConditions conditions) {
        return "\nExpecting " + figure.name() + ":\n  " + format(figure, conditions) + "\n";
    }

    private static String format(Figure figure, RunConditions conditions) {
        return figure.unit().format(figure.value(), conditions.modelled());
    }

    private static String difference(Figure figure, Asked asked) {
        if (asked.limits().size() == 1) {
            return difference(figure, asked.limits().get(0));
        }
        return figure.value() < asked.bounds().low()
                ? difference(figure, asked.bounds().low()) + " than the lower bound"
                : difference(figure, asked.bounds().high()) + " than the upper bound";
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

    private static String interval(Figure figure, RunConditions conditions) {
        return figure.spread()
                .map(known -> "\n  " + known.confidence() + " interval: "
                        + figure.unit().format(known.interval().low()) + " to "
                        + figure.unit().format(known.interval().high(), conditions.modelled()) + ", "
                        + known.method())
                .orElse("");
    }

    private static String context(Versus versus) {
        return "\n  samples: " + versus.mine().basis() + " against "
                + versus.theirs().basis() + measuredUnder(versus.conditions()) + "\n  compared with: "
                + versus.others().describe();
    }
}
