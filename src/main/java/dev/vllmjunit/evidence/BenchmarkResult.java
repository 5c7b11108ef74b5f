package dev.vllmjunit.evidence;

import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The evidence of one run. Immutable.
 *
 * @param conditions what it was measured under
 * @param duration first send to last byte
 * @param requests every request, by index
 * @param hops each request's way through the router, by request id; empty behind an external router
 * @param tokens where prompt tokens came from
 * @param transfers KV transfers
 * @param metrics raw counter deltas by {@code node/series}, for the report
 * @param problems why the run is INVALID, one entry per reason; empty for a valid run
 * @param differences compared prompts whose output is not that of a fresh computation; empty when all agree
 * @param repetitions the single runs that this result pools, in the order of time; empty for a single run
 * @param injections what was done to the stack on purpose, in the order of time; empty for a run that was left alone
 * @param outputsCompared answers that were held against a fresh computation of their prompts
 */
public record BenchmarkResult(
        RunConditions conditions,
        Duration duration,
        List<RequestRecord> requests,
        Map<String, HopTimeline> hops,
        TokenAccount tokens,
        TransferTotals transfers,
        Map<String, Double> metrics,
        List<Problem> problems,
        List<OutputDifference> differences,
        List<BenchmarkResult> repetitions,
        List<Injection> injections,
        int outputsCompared) {

    /**
     * A reason not to trust the run.
     *
     * @param reason from the closed list
     * @param detail what was seen against what was expected
     */
    public record Problem(InvalidReason reason, String detail) {}

    /** A single run that was left alone, whose outputs were not compared. */
    public BenchmarkResult(
            RunConditions conditions,
            Duration duration,
            List<RequestRecord> requests,
            Map<String, HopTimeline> hops,
            TokenAccount tokens,
            TransferTotals transfers,
            Map<String, Double> metrics,
            List<Problem> problems) {
        this(
                conditions,
                duration,
                requests,
                hops,
                tokens,
                transfers,
                metrics,
                problems,
                List.of(),
                List.of(),
                List.of(),
                0);
    }

    /** Copies the collections. */
    public BenchmarkResult {
        requests = List.copyOf(requests);
        hops = Map.copyOf(hops);
        metrics = Map.copyOf(metrics);
        problems = List.copyOf(problems);
        differences = List.copyOf(differences);
        repetitions = List.copyOf(repetitions);
        injections = List.copyOf(injections);
    }

    /** The runs that this result stands for: its repetitions, or itself alone. */
    public List<BenchmarkResult> runs() {
        return repetitions.isEmpty() ? List.of(this) : repetitions;
    }

    /** Requests that succeeded, by index. */
    public List<RequestRecord> succeeded() {
        return requests.stream().filter(RequestRecord::succeeded).toList();
    }

    /**
     * The samples of a latency in nanoseconds: one per successful request (for TPOT, with two output tokens or more), or per gap for
     * ITL, in order of request index.
     */
    public double[] nanos(Latency latency) {
        return succeeded().stream()
                .flatMapToDouble(request -> Arrays.stream(latency.nanos(request)))
                .toArray();
    }

    /** Output tokens of successful requests per second of the run. */
    public double throughput() {
        long output =
                succeeded().stream().mapToLong(RequestRecord::outputTokens).sum();
        return output / (duration.toNanos() / 1e9);
    }

    /** What was done to the stack on purpose, and when after the first intended start, in words. */
    public List<String> injected() {
        long start =
                requests.stream().mapToLong(RequestRecord::intendedNanos).min().orElse(0);
        return injections.stream().map(injection -> injection.describe(start)).toList();
    }

    /** Whether an output was wrong: the run is a FAIL then, also where it is INVALID besides. */
    public boolean outputsFail() {
        return differences.stream().anyMatch(OutputDifference::fails);
    }

    /**
     * Returns this result if no output was wrong.
     *
     * @throws WrongOutputError showing the wrong ones otherwise
     */
    public BenchmarkResult requireRightOutputs() {
        if (outputsFail()) {
            throw new WrongOutputError(wrong(), conditions);
        }
        return this;
    }

    /** The wrong outputs in words, with what they were measured under. */
    public String wrongOutputs() {
        return WrongOutputError.message(wrong(), conditions);
    }

    private List<OutputDifference> wrong() {
        return differences.stream().filter(OutputDifference::fails).toList();
    }

    /**
     * Returns this result if its outputs were right and it can be trusted.
     *
     * @throws WrongOutputError if an output was wrong
     * @throws InvalidRunException naming the first problem otherwise
     */
    public BenchmarkResult requireValid() {
        requireRightOutputs();
        if (!problems.isEmpty()) {
            Problem first = problems.get(0);
            throw new InvalidRunException(
                    first.reason(), first.detail() + "\n  measured under: " + conditions.describe());
        }
        return this;
    }
}
