package dev.vllmjunit.assertion;

import static java.util.Objects.requireNonNullElse;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.WrongOutputError;
import dev.vllmjunit.topology.Expectation;
import dev.vllmjunit.topology.Expectation.Metric;
import dev.vllmjunit.topology.Expectation.Range;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Holds a profile's expectations against the results of a stack. The range that decides is the one the profile gives for that
 * stack, and it decides what the whole interval of a value lies within or without; the guide's own range is always shown beside the
 * value and decides nothing.
 */
final class ExpectationCheck {

    private static final double CONFIDENCE = BenchmarkResultAssert.CONFIDENCE;
    private static final String WRONG =
            "the run's outputs are not those of a fresh computation: its figures are worthless";

    private final String stack;
    private final Map<CacheState, BenchmarkResult> results;
    private final Function<Expectation, Optional<String>> floor;

    private ExpectationCheck(
            String stack, Map<CacheState, BenchmarkResult> results, Function<Expectation, Optional<String>> floor) {
        this.stack = stack;
        this.results = results;
        this.floor = floor;
    }

    /**
     * The outcome of each expectation, in order.
     *
     * @param stack name of the stack whose deciding ranges apply
     * @param results by the cache state they were measured in
     * @param floor tells of an expectation whose guide's range no such hardware could reach, with the figures
     */
    static List<ExpectationOutcome> evaluate(
            List<Expectation> expectations,
            String stack,
            Map<CacheState, BenchmarkResult> results,
            Function<Expectation, Optional<String>> floor) {
        ExpectationCheck check = new ExpectationCheck(stack, results, floor);
        return expectations.stream().map(check::outcome).toList();
    }

    private ExpectationOutcome outcome(Expectation expectation) {
        try {
            return judged(expectation, figure(expectation));
        } catch (InvalidRunException invalid) {
            return withoutValue(expectation, Verdict.INVALID, inOneLine(requireNonNullElse(invalid.getMessage(), "")));
        } catch (WrongOutputError wrong) {
            return withoutValue(expectation, Verdict.FAIL, WRONG);
        }
    }

    /** Only a row that was to decide something is missed; one that is shown beside the others says why it has no value. */
    private ExpectationOutcome withoutValue(Expectation expectation, Verdict missed, String why) {
        Optional<Range> deciding = deciding(expectation);
        Verdict verdict = deciding.isPresent() ? missed : Verdict.REPORTED;
        return new ExpectationOutcome(expectation, OptionalDouble.empty(), Optional.empty(), deciding, verdict, why);
    }

    private Optional<Range> deciding(Expectation expectation) {
        return Optional.ofNullable(expectation.deciding().get(stack));
    }

    private ExpectationOutcome judged(Expectation expectation, Figure figure) {
        Optional<Bounds> bounds = deciding(expectation).map(range -> Bounds.between(range.min(), range.max()));
        Optional<String> unreachable = floor.apply(expectation);
        Verdict verdict = bounds.map(range -> range.verdict(figure))
                .orElse(unreachable.isPresent() ? Verdict.NOT_FEASIBLE : Verdict.REPORTED);
        String note = verdict == Verdict.INVALID
                ? InvalidReason.INCONCLUSIVE + ": the " + Message.leftOpen(figure, bounds.orElseThrow())
                : unreachable.map(why -> "not feasible: " + why).orElse("");
        return new ExpectationOutcome(
                expectation,
                OptionalDouble.of(figure.value()),
                figure.spread().map(Spread::interval),
                deciding(expectation),
                verdict,
                note);
    }

    /** In the row's unit. */
    private Figure figure(Expectation expectation) {
        Reading reading = reading(expectation.metric());
        BenchmarkResult own = result(expectation.state());
        if (expectation.comparedTo().isEmpty()) {
            return reading.of(own, CONFIDENCE).scaled(scale(expectation.metric()));
        }
        BenchmarkResult other = result(expectation.comparedTo().get());
        Comparability.require(own, other);
        return Versus.ratio(reading, own, other, expectation.metric().lessIsBetter(), CONFIDENCE);
    }

    private static Reading reading(Metric metric) {
        return switch (metric) {
            case THROUGHPUT -> Readings.throughput();
            case TTFT_MEAN -> LatencySource.of(Latency.TTFT).mean();
            case CACHE_HIT_RATE -> Readings.cacheHitRate();
            case TOTAL_TIME -> Readings.totalTime();
            case COMPUTED_TOKENS -> Readings.computedTokens();
            case COMPUTE_SAVINGS -> Readings.computeSavings();
            case TRANSFER_MEAN -> Readings.meanTransferTime();
            case OBJECT_LOAD_MEAN -> Readings.meanObjectLoadTime();
        };
    }

    /** From nanoseconds to the metric's unit. */
    private static double scale(Metric metric) {
        return switch (metric) {
            case TTFT_MEAN, TRANSFER_MEAN, OBJECT_LOAD_MEAN -> 1e-6;
            case TOTAL_TIME -> 1e-9;
            default -> 1;
        };
    }

    private BenchmarkResult result(String state) {
        return results.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(state))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new InvalidRunException(
                        InvalidReason.NOT_OBSERVABLE, "there is no run in cache state " + state))
                .requireValid();
    }

    private static String inOneLine(String message) {
        return message.replace("\n  ", "; ");
    }
}
