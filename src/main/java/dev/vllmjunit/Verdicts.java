package dev.vllmjunit;

import dev.vllmjunit.assertion.Verdict;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.report.TestVerdict;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.opentest4j.MultipleFailuresError;

/** Which verdict an exception is: FAIL for an assertion's error, else INVALID. */
final class Verdicts {

    private Verdicts() {}

    static TestVerdict passed(String test, int runs) {
        return new TestVerdict(test, Verdict.PASS, null, "", runs);
    }

    static TestVerdict of(String test, Throwable thrown, int runs) {
        Throwable why = decisive(thrown);
        if (why instanceof AssertionError) {
            return new TestVerdict(test, Verdict.FAIL, null, String.valueOf(why.getMessage()), runs);
        }
        return why instanceof InvalidRunException invalid
                ? new TestVerdict(test, Verdict.INVALID, invalid.reason(), String.valueOf(why.getMessage()), runs)
                : new TestVerdict(test, Verdict.INVALID, InvalidReason.TEST_BROKEN, why.toString(), runs);
    }

    /**
     * What JUnit, Allure and our own report should all be told. Several failures at once are an {@link AssertionError} to the first
     * two, also where none of them is one; then it is the first INVALID, or the first of any kind, with the others beside it.
     */
    static Throwable decisive(Throwable thrown) {
        List<Throwable> leaves = leaves(thrown).toList();
        if (leaves.isEmpty() || leaves.stream().anyMatch(AssertionError.class::isInstance)) {
            return thrown;
        }
        Throwable first = leaves.stream()
                .filter(InvalidRunException.class::isInstance)
                .findFirst()
                .orElse(leaves.get(0));
        leaves.stream().filter(Predicate.not(Predicate.isEqual(first))).forEach(first::addSuppressed);
        return first;
    }

    private static Stream<Throwable> leaves(Throwable thrown) {
        return thrown instanceof MultipleFailuresError several
                ? several.getFailures().stream().flatMap(Verdicts::leaves)
                : Stream.of(thrown);
    }
}
