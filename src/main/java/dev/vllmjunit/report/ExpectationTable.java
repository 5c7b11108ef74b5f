package dev.vllmjunit.report;

import dev.vllmjunit.assertion.ExpectationOutcome;
import dev.vllmjunit.topology.Expectation;
import dev.vllmjunit.topology.Expectation.Range;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The guide's rows, one by one. */
final class ExpectationTable {

    static final String LEAD =
            "The guide's range is shown on every stack; the range that decides is the one that can fail the"
                    + " build. NOT FEASIBLE: no such hardware could reach the guide's figure, the note does the sum.";

    private ExpectationTable() {}

    static Table of(String caption, List<ExpectationOutcome> outcomes) {
        return new Table(
                caption,
                List.of(
                        "expectation",
                        "state",
                        "measured",
                        "the guide's range",
                        "range that decides",
                        "verdict",
                        "note"),
                outcomes.stream().map(ExpectationTable::row).toList());
    }

    private static List<String> row(ExpectationOutcome outcome) {
        Expectation expectation = outcome.expectation();
        return List.of(
                expectation.row(),
                expectation.state()
                        + expectation.comparedTo().map(base -> " / " + base).orElse(""),
                measured(outcome.measured(), expectation.unit()),
                range(expectation.guide(), expectation.unit()),
                deciding(expectation.deciding(), expectation.unit()),
                outcome.verdict().name().replace('_', ' '),
                outcome.note());
    }

    private static String measured(OptionalDouble value, String unit) {
        return value.isPresent() ? Numbers.significant(value.getAsDouble()) + " " + unit : Numbers.NONE;
    }

    static String range(Range range, String unit) {
        if (Double.isInfinite(range.min()) && Double.isInfinite(range.max())) {
            return Numbers.NONE;
        }
        String text = Double.isInfinite(range.max())
                ? "at least " + Numbers.plain(range.min())
                : Double.isInfinite(range.min())
                        ? "at most " + Numbers.plain(range.max())
                        : Numbers.plain(range.min()) + " to " + Numbers.plain(range.max());
        return text + " " + unit;
    }

    private static String deciding(Map<String, Range> byStack, String unit) {
        return byStack.isEmpty()
                ? Numbers.NONE
                : new TreeMap<>(byStack)
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + ": " + range(entry.getValue(), unit))
                                .collect(Collectors.joining("; "));
    }
}
