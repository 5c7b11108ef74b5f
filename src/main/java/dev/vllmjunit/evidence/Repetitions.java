package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.router.HopTimeline;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Repeated runs of the same workload in the same cache state: numbers them, and makes one result of them. */
public final class Repetitions {

    private Repetitions() {}

    /** The run as the one of this repetition. */
    public static BenchmarkResult numbered(BenchmarkResult run, Repetition repetition) {
        return new BenchmarkResult(
                run.conditions().in(Optional.of(repetition)),
                run.duration(),
                run.requests(),
                run.hops(),
                run.tokens(),
                run.transfers(),
                run.metrics(),
                run.problems(),
                run.differences(),
                run.repetitions(),
                run.injections(),
                run.outputsCompared());
    }

    /** Whether further repetitions will come, so that a verdict on this result alone would be premature. */
    public static boolean isPreliminary(BenchmarkResult result) {
        return result.conditions().repetition().filter(which -> !which.isLast()).isPresent();
    }

    /**
     * The runs together: requests one run after the other, each with the index it has in its own run; times, tokens, transfers and
     * counters added up; the conditions of the first run. A problem of one run is one of all.
     *
     * @param runs in the order of time, one or more, of the same workload, cache state and stack
     * @throws IllegalArgumentException if there is none, or one that was measured under other conditions
     */
    public static BenchmarkResult pool(List<BenchmarkResult> runs) {
        requireAlike(runs);
        if (runs.size() == 1) {
            return runs.get(0);
        }
        BenchmarkResult first = runs.get(0);
        return new BenchmarkResult(
                repeated(first.conditions(), runs.size()),
                runs.stream().map(BenchmarkResult::duration).reduce(Duration.ZERO, Duration::plus),
                all(runs, BenchmarkResult::requests),
                hops(runs),
                runs.stream()
                        .map(BenchmarkResult::tokens)
                        .reduce(TokenAccount::plus)
                        .orElseThrow(),
                runs.stream()
                        .map(BenchmarkResult::transfers)
                        .reduce(TransferTotals::plus)
                        .orElseThrow(),
                metrics(runs),
                problems(runs),
                all(runs, BenchmarkResult::differences),
                runs,
                all(runs, BenchmarkResult::injections),
                runs.stream().mapToInt(BenchmarkResult::outputsCompared).sum());
    }

    private static void requireAlike(List<BenchmarkResult> runs) {
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("no run to pool; give one or more");
        }
        String first = described(runs.get(0));
        for (BenchmarkResult run : runs) {
            if (!described(run).equals(first)) {
                throw new IllegalArgumentException(
                        "only runs under the same conditions are repetitions of each other, but one is: " + first
                                + "; and another: " + described(run));
            }
        }
    }

    private static String described(BenchmarkResult run) {
        RunConditions conditions = run.conditions().in(Optional.empty());
        return conditions.describe() + (conditions.load().isEmpty() ? "" : "; " + conditions.load());
    }

    private static RunConditions repeated(RunConditions first, int runs) {
        Map<String, String> facts = new TreeMap<>(first.facts());
        facts.put("repetitions", String.valueOf(runs));
        return new RunConditions(
                first.topology(),
                first.stack(),
                first.modelled(),
                first.workload(),
                first.cacheState(),
                first.startedAt(),
                facts);
    }

    private static <T> List<T> all(List<BenchmarkResult> runs, Function<BenchmarkResult, List<T>> part) {
        return runs.stream().flatMap(run -> part.apply(run).stream()).toList();
    }

    private static Map<String, HopTimeline> hops(List<BenchmarkResult> runs) {
        Map<String, HopTimeline> hops = new HashMap<>();
        runs.forEach(run -> hops.putAll(run.hops()));
        return hops;
    }

    private static Map<String, Double> metrics(List<BenchmarkResult> runs) {
        Map<String, Double> metrics = new HashMap<>();
        runs.forEach(run -> run.metrics().forEach((series, delta) -> metrics.merge(series, delta, Double::sum)));
        return metrics;
    }

    private static List<Problem> problems(List<BenchmarkResult> runs) {
        return IntStream.range(0, runs.size())
                .boxed()
                .flatMap(run -> problems(runs.get(run), run + 1))
                .toList();
    }

    private static Stream<Problem> problems(BenchmarkResult run, int number) {
        return run.problems().stream()
                .map(problem -> new Problem(problem.reason(), "repetition " + number + ": " + problem.detail()));
    }
}
