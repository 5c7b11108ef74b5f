package dev.vllmjunit.agreement;

import java.util.List;
import java.util.Set;

/**
 * What was done on one stack.
 *
 * @param rows the trace's counters, request by request
 * @param timings of the documents
 */
record Measured(List<Row> rows, List<Timing> timings) {

    /** Of prompts of these lengths. */
    List<Timing> timings(Set<Integer> lengths) {
        return timings.stream()
                .filter(timing -> lengths.contains(timing.tokens()))
                .toList();
    }
}
