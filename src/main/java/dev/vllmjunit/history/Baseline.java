package dev.vllmjunit.history;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * What a result is compared with: the earlier results of the same fingerprint in the history, since the accepted baseline where there is
 * one. Immutable, thread-safe; the history is read when a result is compared.
 */
public final class Baseline {

    private final Optional<History> history;
    private final List<Measure> measures;

    private Baseline(Optional<History> history, List<Measure> measures) {
        this.history = history;
        this.measures = measures;
    }

    /** Of the history in use, by its {@link Measure#MAIN main figures}. */
    public static Baseline inUse() {
        return new Baseline(History.inUse(), Measure.MAIN);
    }

    static Baseline of(History history) {
        return new Baseline(Optional.of(history), Measure.MAIN);
    }

    /** The same, judged by other figures. */
    public Baseline of(Measure first, Measure... more) {
        LinkedHashSet<Measure> all = new LinkedHashSet<>(List.of(first));
        all.addAll(List.of(more));
        return new Baseline(history, List.copyOf(all));
    }

    /**
     * Puts the result beside the earlier ones.
     *
     * @throws InvalidRunException if the result is invalid, or nothing it could be compared with is known
     */
    public Review review(BenchmarkResult result) {
        result.requireValid();
        History known = history.orElseThrow(() -> new InvalidRunException(
                InvalidReason.NOT_OBSERVABLE,
                "no history is kept, because vllm.history is off; name a directory or s3://BUCKET/PREFIX"));
        Review review = known.review(result, measures);
        if (review.earlier() == 0) {
            known.similar(review.fingerprint()).stream().findFirst().ifPresent(nearest -> {
                throw notComparable(review.fingerprint(), nearest);
            });
        }
        if (review.earlier() < Review.FEWEST) {
            throw tooFew(review);
        }
        return requireFigures(review, result);
    }

    private static InvalidRunException notComparable(Fingerprint mine, Fingerprint nearest) {
        return new InvalidRunException(
                InvalidReason.NOT_COMPARABLE,
                "no earlier result has the same fingerprint; this one's against the nearest in the history:\n  "
                        + String.join("\n  ", mine.differences(nearest))
                        + "\nrun the test " + Review.FEWEST + " times under the new conditions, or go back to the old");
    }

    private static InvalidRunException tooFew(Review review) {
        String since = review.accepted()
                .map(start -> " since the accepted baseline of " + start)
                .orElse("");
        return new InvalidRunException(
                InvalidReason.TOO_FEW_SAMPLES,
                "the history has " + review.earlier() + " earlier valid results of this fingerprint" + since
                        + ", but needs " + Review.FEWEST + " or more to tell a change from noise; run the test again, "
                        + (Review.FEWEST - review.earlier())
                        + " times\n  fingerprint: " + review.fingerprint().folder());
    }

    private Review requireFigures(Review review, BenchmarkResult result) {
        boolean told = review.trends().stream().anyMatch(trend -> trend.points().size() > Review.FEWEST);
        if (!told) {
            throw new InvalidRunException(
                    InvalidReason.NOT_OBSERVABLE,
                    "the result and the history share none of these figures: "
                            + String.join(
                                    ", ", measures.stream().map(Measure::label).toList())
                            + "\n  measured under: " + result.conditions().describe());
        }
        return review;
    }
}
