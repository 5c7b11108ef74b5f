package dev.vllmjunit.diagnosis;

import java.util.List;
import java.util.stream.Stream;

/** Looks for one thing; what it returns is what it has found, nothing where it is not there. */
@FunctionalInterface
interface Clue {

    List<Evidence> in(Symptoms symptoms);

    /** This, only where the other is there, too; the evidence of both. */
    default Clue and(Clue other) {
        return symptoms -> {
            List<Evidence> mine = in(symptoms);
            List<Evidence> others = mine.isEmpty() ? List.of() : other.in(symptoms);
            return others.isEmpty()
                    ? List.of()
                    : Stream.concat(mine.stream(), others.stream()).toList();
        };
    }

    /** This, or else the other. */
    default Clue or(Clue other) {
        return symptoms -> {
            List<Evidence> mine = in(symptoms);
            return mine.isEmpty() ? other.in(symptoms) : mine;
        };
    }

    /** This, only where the other, of which it would be a consequence, is not there. */
    default Clue unless(Clue other) {
        return symptoms -> other.in(symptoms).isEmpty() ? in(symptoms) : List.of();
    }
}
