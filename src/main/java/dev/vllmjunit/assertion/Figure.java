package dev.vllmjunit.assertion;

import dev.vllmjunit.stats.Sample;
import java.util.Optional;

/**
 * One value read from a result.
 *
 * @param name in words, for instance {@code mean time to first token}
 * @param value in the unit's base: nanoseconds, tokens per second, percent, tokens or bytes
 * @param unit what it counts
 * @param basis what it was read from, for instance {@code 30 requests}
 * @param meanOf the sample it is the mean of, if it is one
 */
record Figure(String name, double value, Unit unit, String basis, Optional<Sample> meanOf) {

    static Figure of(String name, double value, Unit unit, String basis) {
        return new Figure(name, value, unit, basis, Optional.empty());
    }
}
