package dev.vllmjunit.report;

import dev.vllmjunit.history.Accepting.Accepted;
import dev.vllmjunit.history.Review;
import dev.vllmjunit.history.Trend;
import dev.vllmjunit.topology.Figures;
import java.util.List;
import java.util.stream.Stream;

/** A history in figures. */
final class HistoryTables {

    private HistoryTables() {}

    /** What was accepted, against what was before. */
    static Table of(Accepted accepted) {
        return new Table(
                accepted.folder(),
                List.of("figure", "before", "accepted", "change", "noise"),
                accepted.trends().stream().map(HistoryTables::row).toList());
    }

    private static List<String> row(Trend trend) {
        return List.of(
                trend.measure().label(),
                trend.measure().format(trend.firstLevel()),
                trend.measure().format(trend.level()),
                Trend.change(trend.firstLevel(), trend.level()),
                Figures.digits(100 * trend.noise()) + " %");
    }

    /** Every step of every figure. */
    static List<Table> of(Review review) {
        Table levels = new Table(
                "Figures",
                List.of("figure", "this result", "level", "noise", "earlier results"),
                review.trends().stream().map(HistoryTables::level).toList());
        List<List<String>> steps =
                review.trends().stream().flatMap(HistoryTables::steps).toList();
        return steps.isEmpty()
                ? List.of(levels)
                : List.of(
                        levels, new Table("Changes", List.of("figure", "since", "from", "to", "change", "is"), steps));
    }

    private static List<String> level(Trend trend) {
        return List.of(
                trend.measure().label(),
                trend.measure().format(trend.now().value()),
                trend.measure().format(trend.level()),
                Figures.digits(100 * trend.noise()) + " %",
                Integer.toString(trend.points().size() - 1));
    }

    private static Stream<List<String>> steps(Trend trend) {
        return trend.steps().stream()
                .map(step -> List.of(
                        trend.measure().label(),
                        trend.points().get(step.index()).at().toString(),
                        trend.measure().format(step.before()),
                        trend.measure().format(step.after()),
                        Trend.change(step.before(), step.after()),
                        trend.worsens(step) ? "worse" : "better"));
    }
}
