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
 * stack; the guide's own range is always shown beside the value and decides nothing.
 */
final class ExpectationCheck {

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
            double value = expectation.comparedTo().isPresent()
                    ? ratio(expectation, expectation.comparedTo().get())
                    : value(expectation.state(), expectation.metric());
            return judged(expectation, value);
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
        return new ExpectationOutcome(expectation, OptionalDouble.empty(), deciding, verdict, why);
    }

    private Optional<Range> deciding(Expectation expectation) {
        return Optional.ofNullable(expectation.deciding().get(stack));
    }

    private double ratio(Expectation expectation, String other) {
        Comparability.require(result(expectation.state()), result(other));
        double own = value(expectation.state(), expectation.metric());
        double compared = value(other, expectation.metric());
        if (own == 0 || compared == 0) {
            throw new InvalidRunException(
                    InvalidReason.NOT_OBSERVABLE,
                    expectation.metric() + " is 0 in one of the two runs: nothing to compare with");
        }
        return expectation.timesBetter(own, compared);
    }

    private ExpectationOutcome judged(Expectation expectation, double value) {
        Optional<Range> deciding = deciding(expectation);
        Optional<String> unreachable = floor.apply(expectation);
        Verdict verdict = deciding.map(range -> range.contains(value) ? Verdict.PASS : Verdict.FAIL)
                .orElse(unreachable.isPresent() ? Verdict.NOT_FEASIBLE : Verdict.REPORTED);
        String note = unreachable.map(why -> "not feasible: " + why).orElse("");
        return new ExpectationOutcome(expectation, OptionalDouble.of(value), deciding, verdict, note);
    }

    private double value(String state, Metric metric) {
        Reading reading =
                switch (metric) {
                    case THROUGHPUT -> Readings.throughput();
                    case TTFT_MEAN -> LatencySource.of(Latency.TTFT).mean();
                    case CACHE_HIT_RATE -> Readings.cacheHitRate();
                    case TOTAL_TIME -> Readings.totalTime();
                    case COMPUTED_TOKENS -> Readings.computedTokens();
                    case COMPUTE_SAVINGS -> Readings.computeSavings();
                    case TRANSFER_MEAN -> Readings.meanTransferTime();
                    case OBJECT_LOAD_MEAN -> Readings.meanObjectLoadTime();
                };
        double base = reading.of(result(state)).value();
        return switch (metric) {
            case TTFT_MEAN, TRANSFER_MEAN, OBJECT_LOAD_MEAN -> base / 1e6;
            case TOTAL_TIME -> base / 1e9;
            default -> base;
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
