package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.OutputDifference.Kind;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Holds outputs of one prompt against a fresh computation. Engines batch and split their work differently from one time to the
 * next, so logprobs may differ by rounding, and where two tokens are equally likely within it, either may come.
 */
public final class OutputComparison {

    /** Largest difference of two logprobs by rounding alone in float32, where 1e-5 is usual. */
    public static final double TOLERANCE_32_BIT = 1e-3;
    /** The same in bfloat16 and float16, whose logits of 8 to 32 are kept to 1/32 to 1/8 in bfloat16. */
    public static final double TOLERANCE_16_BIT = 0.25;
    /** The same in 8-bit formats. */
    public static final double TOLERANCE_8_BIT = 0.5;

    private static final char INCOMPLETE = '\uFFFD';

    private final double tolerance;

    /** For a model whose KV elements have so many bytes: 4, 2 or 1. */
    public OutputComparison(int bytesPerElement) {
        this.tolerance = switch (bytesPerElement) {
            case 1 -> TOLERANCE_8_BIT;
            case 2 -> TOLERANCE_16_BIT;
            default -> TOLERANCE_32_BIT;
        };
    }

    /**
     * The first difference.
     *
     * @param token where, from 0
     * @param actual the text in the fresh token's place
     * @param logprob its logprob; null where it is not known
     */
    public record Found(Kind kind, int token, String actual, @Nullable Double logprob) {}

    /**
     * What differs first; empty when the outputs agree.
     *
     * @param measured text of the measured request; only as much is compared as both have
     * @param again the same prompt, sent the same way as the measured request
     * @param fresh computed without any cache or transfer
     */
    public Optional<Found> compare(String measured, Generation again, Generation fresh) {
        Optional<Found> found = compare(again, fresh);
        boolean told = found.filter(difference -> difference.kind() != Kind.TIE).isPresent();
        if (told || agree(measured, fresh.text()) || (found.isPresent() && agree(measured, again.text()))) {
            return found;
        }
        return Optional.of(measuredDifference(measured, fresh));
    }

    private Optional<Found> compare(Generation again, Generation fresh) {
        int common = Math.min(again.size(), fresh.size());
        int drifted = first(
                common, i -> Math.abs(again.logprobs().get(i) - fresh.logprobs().get(i)) > tolerance);
        int other =
                first(common, i -> !again.tokens().get(i).equals(fresh.tokens().get(i)));
        if (other < common) {
            boolean tie = drifted >= other && fresh.lead(other, again.pieces().get(other)) <= tolerance;
            return Optional.of(found(tie ? Kind.TIE : Kind.TEXT, other, again));
        }
        if (drifted < common) {
            return Optional.of(found(Kind.LOGPROBS, drifted, again));
        }
        return again.size() == fresh.size()
                ? Optional.empty()
                : Optional.of(new Found(
                        Kind.TEXT,
                        common,
                        common < again.size() ? again.pieces().get(common) : "",
                        null));
    }

    private static Found found(Kind kind, int token, Generation again) {
        return new Found(
                kind, token, again.pieces().get(token), again.logprobs().get(token));
    }

    private Found measuredDifference(String measured, Generation fresh) {
        int character = first(
                Math.min(measured.length(), fresh.text().length()),
                i -> measured.charAt(i) != fresh.text().charAt(i));
        int token = fresh.tokenAt(character);
        int start =
                fresh.pieces().stream().limit(token).mapToInt(String::length).sum();
        String rest = measured.substring(Math.min(start, measured.length()));
        boolean tie = fresh.size() > 0
                && fresh.alternatives().get(token).keySet().stream()
                        .anyMatch(text ->
                                !text.isEmpty() && rest.startsWith(text) && fresh.lead(token, text) <= tolerance);
        return new Found(tie ? Kind.TIE : Kind.TEXT, token, rest, null);
    }

    private static int first(int size, java.util.function.IntPredicate holds) {
        return IntStream.range(0, size).filter(holds).findFirst().orElse(size);
    }

    /** As far as the shorter goes: the extra requests ask for no more tokens than they need, the measured for what it likes. */
    private static boolean agree(String one, String other) {
        String shorter = complete(one.length() < other.length() ? one : other);
        return (one.length() < other.length() ? other : one).startsWith(shorter);
    }

    /** Without a character at its end of which not all bytes were generated. */
    private static String complete(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == INCOMPLETE) {
            end--;
        }
        return text.substring(0, end);
    }
}
