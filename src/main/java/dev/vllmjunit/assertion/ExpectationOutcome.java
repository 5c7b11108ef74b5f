package dev.vllmjunit.assertion;

import dev.vllmjunit.stats.Interval;
import dev.vllmjunit.topology.Expectation;
import dev.vllmjunit.topology.Expectation.Range;
import dev.vllmjunit.topology.Figures;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One row of the guide's table with what was measured.
 *
 * @param expectation the row
 * @param measured in the row's unit; empty when there is no value to be trusted
 * @param interval the 95 % confidence interval of what was measured, in the row's unit; empty where there is none
 * @param deciding the range that decides on this stack; empty where the row is only shown
 * @param verdict what became of it
 * @param note why there is no value to be trusted, or the figures why the guide's range is not feasible; empty otherwise
 */
public record ExpectationOutcome(
        Expectation expectation,
        OptionalDouble measured,
        Optional<Interval> interval,
        Optional<Range> deciding,
        Verdict verdict,
        String note) {

    /** Value, ranges and note in one line, for messages. */
    public String sentence() {
        String unit = expectation.unit();
        return measured.isEmpty()
                ? note
                : Figures.digits(measured.getAsDouble()) + " " + unit
                        + expectation
                                .comparedTo()
                                .map(other -> " better than " + other)
                                .orElse("")
                        + interval.map(found -> " (" + new Range(found.low(), found.high()).describe(unit) + ")")
                                .orElse("")
                        + deciding.map(range -> "; expected: " + range.describe(unit))
                                .orElse("")
                        + "; guide: " + expectation.guide().describe(unit)
                        + (note.isEmpty() ? "" : "; " + note);
    }
}
