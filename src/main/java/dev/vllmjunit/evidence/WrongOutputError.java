package dev.vllmjunit.evidence;

import java.util.List;
import java.util.stream.Collectors;

/** A stack that gives other outputs than a computation without its caches and transfers: a FAIL, whatever its speed. */
public final class WrongOutputError extends AssertionError {

    private static final long serialVersionUID = 1L;

    /** For these differences, one or more. */
    WrongOutputError(List<OutputDifference> differences, RunConditions conditions) {
        super(message(differences, conditions));
    }

    static String message(List<OutputDifference> differences, RunConditions conditions) {
        return "\nExpecting every output to be that of a fresh computation,\nbut it is not for:\n  "
                + differences.stream().map(OutputDifference::describe).collect(Collectors.joining("\n  "))
                + "\n  measured under: " + conditions.describe();
    }
}
