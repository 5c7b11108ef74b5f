package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;

/** Assertions on a profile's expectations. */
public final class ExpectationTableAssert extends AbstractAssert<ExpectationTableAssert, ExpectationTable> {

    ExpectationTableAssert(ExpectationTable actual) {
        super(actual, ExpectationTableAssert.class);
    }

    /**
     * Every row that decides on this stack passed.
     *
     * @throws InvalidRunException listing the rows that could not be decided, if there are any and none failed
     */
    public ExpectationTableAssert areMet() {
        isNotNull();
        String failed = listed(Verdict.FAIL);
        String open = listed(Verdict.INVALID);
        if (!failed.isEmpty()) {
            failWithMessage(
                    "%nExpecting every expectation of the profile to be met, but these were not:%s%s",
                    failed, open.isEmpty() ? "" : "\nand these could not be decided:" + open);
        }
        if (!open.isEmpty()) {
            throw new InvalidRunException(InvalidReason.INCONCLUSIVE, "expectations that could not be decided:" + open);
        }
        return this;
    }

    private String listed(Verdict verdict) {
        return actual.rows().stream()
                .filter(outcome -> outcome.verdict() == verdict)
                .map(outcome -> "\n  " + outcome.expectation().row() + ", "
                        + outcome.expectation().state() + ": " + outcome.sentence())
                .collect(Collectors.joining());
    }
}
