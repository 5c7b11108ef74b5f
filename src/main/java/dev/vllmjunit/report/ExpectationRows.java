package dev.vllmjunit.report;

import dev.vllmjunit.assertion.ExpectationOutcome;
import dev.vllmjunit.topology.Expectation;
import dev.vllmjunit.topology.Expectation.Range;
import java.util.List;
import java.util.OptionalDouble;

/** The guide's rows, one by one. */
final class ExpectationRows {

    static final String LEAD =
            "The guide's range is shown on every stack; the range that decides is the one that can fail the"
                    + " build: with the whole interval outside, where there is one. With a part of it outside nothing is"
                    + " decided: INVALID. NOT FEASIBLE: no such hardware could reach the guide's figure; the note below does the sum.";

    private ExpectationRows() {}

    /** The rows, and below them why a value is missing or a figure not feasible, where there is something to say. */
    static List<Table> of(List<ExpectationOutcome> outcomes) {
        List<List<String>> notes = outcomes.stream()
                .filter(outcome -> !outcome.note().isEmpty())
                .map(outcome -> List.of(outcome.expectation().row(), outcome.note()))
                .toList();
        Table rows = new Table(
                "Expectations",
                List.of(
                        "expectation",
                        "state",
                        "measured",
                        "95 % interval",
                        "the guide's range",
                        "range that decides",
                        "verdict"),
                outcomes.stream().map(ExpectationRows::row).toList());
        return notes.isEmpty()
                ? List.of(rows)
                : List.of(rows, new Table("Notes", List.of("expectation", "note"), notes));
    }

    private static List<String> row(ExpectationOutcome outcome) {
        Expectation expectation = outcome.expectation();
        return List.of(
                expectation.row(),
                expectation.state()
                        + expectation.comparedTo().map(base -> " / " + base).orElse(""),
                measured(outcome.measured(), expectation.unit()),
                outcome.interval()
                        .map(found -> Numbers.significant(found.low()) + "–" + Numbers.significant(found.high()) + " "
                                + expectation.unit())
                        .orElse(Numbers.NONE),
                words(expectation.guide(), expectation.unit()),
                outcome.deciding()
                        .map(range -> words(range, expectation.unit()))
                        .orElse(Numbers.NONE),
                outcome.verdict().name().replace('_', ' '));
    }

    private static String measured(OptionalDouble value, String unit) {
        return value.isPresent() ? Numbers.significant(value.getAsDouble()) + " " + unit : Numbers.NONE;
    }

    private static String words(Range range, String unit) {
        return range.equals(Range.ANY) ? Numbers.NONE : range.describe(unit);
    }
}
