package dev.vllmjunit.assertion;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a figure is asked to be.
 *
 * @param relation in words, for instance {@code to be less than}
 * @param limits what the words go on with: one value, or two to be between
 * @param bounds the values it is allowed to have
 */
record Asked(String relation, List<Double> limits, Bounds bounds) {

    static Asked of(String relation, double limit, Bounds bounds) {
        return new Asked(relation, List.of(limit), bounds);
    }

    static Asked between(double low, double high) {
        return new Asked("to be between", List.of(low, high), Bounds.between(low, high));
    }

    String limits(Unit unit) {
        return limits.stream().map(unit::format).collect(Collectors.joining(" and "));
    }
}
