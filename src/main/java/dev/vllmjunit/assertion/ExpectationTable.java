package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.topology.Expectation;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A profile's expectations with what became of each. Immutable.
 *
 * @param stack name of the stack whose deciding ranges applied
 * @param rows in the profile's order
 */
public record ExpectationTable(String stack, List<ExpectationOutcome> rows) {

    /** Copies the rows. */
    public ExpectationTable {
        rows = List.copyOf(rows);
    }

    /**
     * Holds expectations against the latest result of each cache state. While a result is one of repetitions that others will follow,
     * rows are shown and none decides.
     *
     * @param stack name of the stack whose deciding ranges apply
     * @param results oldest first
     * @param floor tells of an expectation whose guide's range no such hardware could reach, with the figures
     */
    public static ExpectationTable of(
            List<Expectation> expectations,
            String stack,
            List<BenchmarkResult> results,
            Function<Expectation, Optional<String>> floor) {
        Map<CacheState, BenchmarkResult> latest = new EnumMap<>(CacheState.class);
        results.forEach(result -> latest.put(result.conditions().cacheState(), result));
        boolean preliminary = latest.values().stream().anyMatch(Repetitions::isPreliminary);
        List<Expectation> asked =
                preliminary ? expectations.stream().map(Expectation::undecided).toList() : expectations;
        return new ExpectationTable(stack, ExpectationCheck.evaluate(asked, stack, latest, floor));
    }
}
