package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;

/**
 * What became of a figure that was asked something.
 *
 * @param verdict PASS, FAIL or INVALID
 * @param message why it is not PASS
 */
record Judgement(Verdict verdict, String message) {

    /** Of one figure. */
    static Judgement of(Figure figure, BenchmarkResult result, Asked asked) {
        Verdict verdict = asked.bounds().verdict(figure);
        return new Judgement(
                verdict,
                switch (verdict) {
                    case FAIL -> Message.notWithin(figure, result, asked);
                    case INVALID -> Message.open(figure, result, asked);
                    default -> "";
                });
    }

    /** Of how many times a figure of one result is that of another. */
    static Judgement of(Versus versus) {
        Verdict verdict = versus.bounds().verdict(versus.ratio());
        return new Judgement(
                verdict,
                switch (verdict) {
                    case FAIL -> Message.notBetter(versus);
                    case INVALID -> Message.open(versus);
                    default -> "";
                });
    }

    /** Throws where the figure leaves it open. */
    void requireDecided() {
        if (verdict == Verdict.INVALID) {
            throw new InvalidRunException(InvalidReason.INCONCLUSIVE, message);
        }
    }
}
