package dev.vllmjunit.evidence;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A prompt whose output through the stack's caches and transfers is not that of a fresh computation.
 *
 * @param requestId the measured request
 * @param documentId its document
 * @param servedFrom where its prompt tokens came from, for messages
 * @param kind what differs
 * @param token the first token that does, from 0
 * @param expected that token's text as computed afresh; empty behind the last one
 * @param expectedLogprob natural logarithm of its probability; null where the node told none
 * @param actual the text in its place
 * @param actualLogprob natural logarithm of that one's probability; null where it is not known, as of a measured request
 * @param measuredText the measured request's output
 * @param stackText the output of the same prompt sent again after the run, through prefill and decode node
 * @param freshText the output as a decode node alone computed it, with a salt that no cache can answer
 */
public record OutputDifference(
        String requestId,
        int documentId,
        String servedFrom,
        Kind kind,
        int token,
        String expected,
        @Nullable Double expectedLogprob,
        String actual,
        @Nullable Double actualLogprob,
        String measuredText,
        String stackText,
        String freshText) {

    /** What differs. */
    public enum Kind {
        /** The text. */
        TEXT,
        /** The probabilities of equal tokens, by more than rounding explains. */
        LOGPROBS,
        /** The text, from a token on whose two candidates were equally likely within rounding: no failure. */
        TIE
    }

    /** Whether the stack gave a wrong output. */
    public boolean fails() {
        return kind != Kind.TIE;
    }

    /** All of it, on several lines. */
    public String describe() {
        return String.format(
                        Locale.ROOT,
                        "request %s about document %d, its prompt served from %s%n"
                                + "    measured:         \"%s\"%n    sent again:       \"%s\"%n    computed afresh:  \"%s\"%n"
                                + "    first difference: token %d is \"%s\"%s instead of \"%s\"%s (%s)",
                        requestId,
                        documentId,
                        servedFrom,
                        measuredText,
                        stackText,
                        freshText,
                        token,
                        actual,
                        logprob(actualLogprob),
                        expected,
                        logprob(expectedLogprob),
                        kind.name().toLowerCase(Locale.ROOT))
                .replace(System.lineSeparator(), "\n");
    }

    private static String logprob(@Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, " (logprob %.4f)", value);
    }
}
