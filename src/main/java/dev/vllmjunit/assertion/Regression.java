package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.history.Measure;
import dev.vllmjunit.history.Review;
import dev.vllmjunit.history.Trend;
import dev.vllmjunit.topology.Figures;
import java.util.stream.Collectors;

/** What an assertion says that found a result on a worse level than the history's. */
final class Regression {

    private Regression() {}

    static String message(Review review, BenchmarkResult result) {
        String figures = review.regressed().stream()
                .map(trend -> figure(trend, result.conditions().modelled()))
                .collect(Collectors.joining("\n"));
        return "\nExpecting:\n" + figures + "\nnot to have regressed from " + baseline(review) + better(review)
                + "\n  fingerprint: " + review.fingerprint().folder()
                + Message.measuredUnder(result.conditions());
    }

    private static String figure(Trend trend, boolean modelled) {
        Measure measure = trend.measure();
        return "  " + measure.label() + ": " + measure.format(trend.now().value()) + (modelled ? " (modelled)" : "")
                + trend.regressions().stream().map(step -> step(trend, step)).collect(Collectors.joining())
                + "\n    noise: " + Figures.digits(100 * trend.noise()) + " % of the level, over "
                + trend.points().size() + " results";
    }

    private static String step(Trend trend, Trend.Step step) {
        Measure measure = trend.measure();
        double times = measure.lessIsBetter() ? step.after() / step.before() : step.before() / step.after();
        return "\n    since " + trend.points().get(step.index()).at() + ": from " + measure.format(step.before())
                + " to " + measure.format(step.after()) + ", " + Figures.digits(100 * (times - 1)) + " % "
                + measure.worse();
    }

    private static String baseline(Review review) {
        return review.accepted()
                        .map(since -> "the baseline accepted for results since " + since)
                        .orElse("the beginning of its history")
                + "; if the new level is as it should be, accept it with dev.vllmjunit.AcceptBaseline";
    }

    private static String better(Review review) {
        String better = review.trends().stream()
                .filter(trend ->
                        !trend.improvements().isEmpty() && trend.regressions().isEmpty())
                .map(trend -> trend.measure().label())
                .collect(Collectors.joining(", "));
        return better.isEmpty() ? "" : "\n  better than before: " + better;
    }
}
