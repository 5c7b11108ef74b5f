package dev.vllmjunit.assertion;

import java.util.Optional;

/**
 * One value read from a result, or how many times the value of one result is that of another.
 *
 * @param name in words, for instance {@code mean time to first token}
 * @param value in the unit's base: nanoseconds, tokens per second, percent, tokens, bytes or times
 * @param unit what it counts
 * @param basis what it was read from, for instance {@code 30 requests}
 * @param spread how well it is known; empty for what was counted, and for what a single run shows only once
 */
record Figure(String name, double value, Unit unit, String basis, Optional<Spread> spread) {

    static Figure of(String name, double value, Unit unit, String basis) {
        return new Figure(name, value, unit, basis, Optional.empty());
    }

    /** The value alone. */
    Figure exact() {
        return of(name, value, unit, basis);
    }

    /** The same, known as well as this. */
    Figure known(Spread spread) {
        return new Figure(name, value, unit, basis, Optional.of(spread));
    }

    /** The same in another unit, so many of which make one of this. */
    Figure scaled(double factor) {
        return new Figure(name, value * factor, unit, basis, spread.map(known -> known.scaled(factor)));
    }

    double low() {
        return spread.map(known -> known.interval().low()).orElse(value);
    }

    double high() {
        return spread.map(known -> known.interval().high()).orElse(value);
    }
}
