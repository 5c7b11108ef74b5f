package dev.vllmjunit.agreement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Documents that are sent one at a time: first all of them cold, then again from where each further state says. Lengths take turns, so that
 * whatever else the machine does hits all alike.
 *
 * @param seed of the first document; further ones count up
 * @param each how many of each length, in tokens
 * @param states beside {@link State#COLD}
 */
record Documents(long seed, SortedMap<Integer, Integer> each, Set<State> states) {

    private static final int OUTPUT_TOKENS = 5;

    /** Every request's times. */
    List<Timing> send(Rig rig, String model) {
        List<Prompt> documents = documents(model);
        List<Timing> timings = new ArrayList<>();
        documents.forEach(document -> timings.add(rig.drive(document, OUTPUT_TOKENS, State.COLD)));
        for (State state : EnumSet.copyOf(states)) {
            rig.reset(state == State.S3);
            documents.forEach(document -> timings.add(rig.drive(document, OUTPUT_TOKENS, state)));
        }
        return timings;
    }

    private List<Prompt> documents(String model) {
        int rounds = Collections.max(each.values());
        List<Prompt> documents = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<Integer, Integer> length : each.entrySet()) {
                if ((round + 1) * length.getValue() / rounds > round * length.getValue() / rounds) {
                    documents.add(Prompt.of(model, seed + documents.size(), length.getKey()));
                }
            }
        }
        return documents;
    }

    /** Medians by state and length. */
    static Map<Case, Timing> medians(List<Timing> timings) {
        return timings.stream()
                .collect(Collectors.groupingBy(
                        timing -> new Case(timing.state(), timing.tokens()),
                        TreeMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), Timing::median)));
    }

    /** A state and a length. */
    record Case(State state, int tokens) implements Comparable<Case> {

        @Override
        public int compareTo(Case other) {
            int byState = state.compareTo(other.state);
            return byState != 0 ? byState : Integer.compare(tokens, other.tokens);
        }
    }
}
