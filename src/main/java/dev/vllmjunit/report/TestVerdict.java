package dev.vllmjunit.report;

import dev.vllmjunit.assertion.Verdict;
import dev.vllmjunit.evidence.InvalidReason;
import org.apache.commons.text.WordUtils;
import org.jspecify.annotations.Nullable;

/**
 * What became of one test. Immutable.
 *
 * @param test class and method, for instance {@code NixlS3IT.longDocumentQa}
 * @param verdict PASS, FAIL or INVALID
 * @param reason why it is INVALID; null otherwise
 * @param message of what it ended in; empty for PASS
 * @param runs number of runs it made
 */
public record TestVerdict(String test, Verdict verdict, @Nullable InvalidReason reason, String message, int runs) {

    private static final int LINE = 200;

    /** {@code PASS}, {@code FAIL} or, for instance, {@code INVALID (INCONCLUSIVE)}. */
    String words() {
        return reason == null ? verdict.name() : verdict + " (" + reason + ")";
    }

    /** Verdict, test and the beginning of why, in one line. */
    String line() {
        String why = message.replaceFirst("^INVALID \\(\\w+\\): ", "")
                .replaceAll("\\s+", " ")
                .strip();
        return (words() + "  " + test + "  " + WordUtils.abbreviate(why, LINE, LINE + 20, "…")).strip();
    }
}
