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
                    + " build. NOT FEASIBLE: no such hardware could reach the guide's figure, the note does the sum.";

    private ExpectationRows() {}

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
                outcomes.stream().map(ExpectationRows::row).toList());
    }

    private static List<String> row(ExpectationOutcome outcome) {
        Expectation expectation = outcome.expectation();
        return List.of(
                expectation.row(),
                expectation.state()
                        + expectation.comparedTo().map(base -> " / " + base).orElse(""),
                measured(outcome.measured(), expectation.unit()),
                words(expectation.guide(), expectation.unit()),
                outcome.deciding()
                        .map(range -> words(range, expectation.unit()))
                        .orElse(Numbers.NONE),
                outcome.verdict().name().replace('_', ' '),
                outcome.note());
    }

    private static String measured(OptionalDouble value, String unit) {
        return value.isPresent() ? Numbers.significant(value.getAsDouble()) + " " + unit : Numbers.NONE;
    }

    private static String words(Range range, String unit) {
        return range.equals(Range.ANY) ? Numbers.NONE : range.describe(unit);
    }
}
