package dev.vllmjunit.diagnosis;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A cause that was found.
 *
 * @param cause which
 * @param evidence what it rests on, one entry or more
 */
public record Diagnosis(Cause cause, List<Evidence> evidence) {

    private static final int MOST_SHOWN = 3;

    /** Copies the evidence. */
    public Diagnosis {
        if (evidence.isEmpty()) {
            throw new IllegalArgumentException("a diagnosis of " + cause + " without evidence");
        }
        evidence = List.copyOf(evidence);
    }

    /** One line: area, what it is, and how sure. */
    public String headline() {
        return "Diagnosis: " + cause.area().label() + ": " + cause.what() + " (" + cause.id() + ", confidence "
                + cause.confidence().label() + ")";
    }

    /** Headline, first evidence and remedy, a line each. */
    public String brief() {
        return headline() + "\n    " + evidence.get(0) + "\n    Remedy: " + cause.remedy();
    }

    /** The same with more evidence. */
    public String describe() {
        String more = evidence.size() > MOST_SHOWN ? "\n    and " + (evidence.size() - MOST_SHOWN) + " more" : "";
        return headline()
                + evidence.stream()
                        .limit(MOST_SHOWN)
                        .map(piece -> "\n    " + piece)
                        .collect(Collectors.joining())
                + more + "\n    Remedy: " + cause.remedy();
    }
}
