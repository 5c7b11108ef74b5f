package dev.vllmjunit.report;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.HopBreakdown;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.OutputDifference;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.evidence.Tier;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.evidence.TransferTotals;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one run, as JSON, tables and charts show them. Immutable; the same whether it comes from a result or was read
 * back from a file.
 *
 * @param profile the topology's profile
 * @param workload the schedule's name
 * @param cacheState the state asked for and verified
 * @param stack name of the provisioner
 * @param modelled whether times come from a model of the hardware
 * @param topology in one line
 * @param startedAt wall clock time of the start
 * @param verdict VALID, INVALID, or FAIL for wrong outputs
 * @param problems why the run is INVALID
 * @param differences compared prompts whose output is not that of a fresh computation
 * @param requests number of requests
 * @param failed requests that failed
 * @param totalTimeS first send to last byte, in seconds; of several repetitions the mean
 * @param throughputTokensPerS output tokens of successful requests per second
 * @param ttftMs time to first token
 * @param tpotMs time per output token
 * @param itlMs inter-token latency
 * @param endToEndMs end-to-end latency
 * @param tokens prompt tokens by source
 * @param hitRates prompt tokens not computed / prompt tokens on the prefill side, 0 to 1, by tier and in {@code total}
 * @param computeSavings prompt tokens not computed / prompt tokens, 0 to 1
 * @param transfers KV transfers
 * @param transferMeanMs mean time of one KV transfer; null without any
 * @param hopsMeanMs mean of each hop of the time to first token, by the hop's lower-case name
 * @param ttftSamplesMs the samples behind {@code ttftMs}, by request index
 * @param facts versions, machine, scale factors
 * @param repetition which repetition of a test it is; null for a run that stands alone, or for all repetitions together
 * @param repetitions the figures of each, where this is all of them together; empty otherwise
 * @param warmUpRequests how many of the first requests differ from the rest; 0 where none do, and where there are fewer than 50
 */
public record RunFigures(
        String profile,
        String workload,
        CacheState cacheState,
        String stack,
        boolean modelled,
        String topology,
        Instant startedAt,
        String verdict,
        List<Problem> problems,
        List<OutputDifference> differences,
        int requests,
        int failed,
        double totalTimeS,
        double throughputTokensPerS,
        LatencyFigures ttftMs,
        LatencyFigures tpotMs,
        LatencyFigures itlMs,
        LatencyFigures endToEndMs,
        TokenAccount tokens,
        Map<String, Double> hitRates,
        double computeSavings,
        TransferTotals transfers,
        @Nullable Double transferMeanMs,
        Map<String, Double> hopsMeanMs,
        List<Double> ttftSamplesMs,
        Map<String, String> facts,
        @Nullable Repetition repetition,
        List<RunFigures> repetitions,
        int warmUpRequests) {

    /** Copies the repetitions; a file of an earlier version has none. */
    public RunFigures {
        repetitions = repetitions == null ? List.of() : List.copyOf(repetitions);
    }

    /** From a result. */
    public static RunFigures of(BenchmarkResult result) {
        RunConditions conditions = result.conditions();
        return new RunFigures(
                conditions.topology().profile(),
                conditions.workload(),
                conditions.cacheState(),
                conditions.stack(),
                conditions.modelled(),
                conditions.topology().describe(),
                conditions.startedAt(),
                verdict(result),
                result.problems(),
                result.differences(),
                result.requests().size(),
                result.requests().size() - result.succeeded().size(),
                result.duration().toNanos() / 1e9 / result.runs().size(),
                result.throughput(),
                LatencyFigures.of(result.nanos(Latency.TTFT)),
                LatencyFigures.of(result.nanos(Latency.TPOT)),
                LatencyFigures.of(result.nanos(Latency.ITL)),
                LatencyFigures.of(result.nanos(Latency.END_TO_END)),
                result.tokens(),
                hitRates(result.tokens()),
                result.tokens().savings(),
                result.transfers(),
                meanMillis(result.transfers()),
                hops(result),
                Arrays.stream(result.nanos(Latency.TTFT))
                        .map(nanos -> nanos / 1e6)
                        .boxed()
                        .toList(),
                new TreeMap<>(conditions.facts()),
                conditions.repetition().orElse(null),
                result.repetitions().stream().map(RunFigures::of).toList(),
                Transient.requests(result));
    }

    /** Workload and cache state, and which repetition it is, or how many. */
    String name() {
        String which = repetition != null
                ? ", " + repetition.describe()
                : repetitions.isEmpty() ? "" : ", " + repetitions.size() + " repetitions";
        return workload + ", " + cacheState + which;
    }

    /** Whether it can be trusted. */
    boolean valid() {
        return problems.isEmpty() && differences.stream().noneMatch(OutputDifference::fails);
    }

    /** Mean of one hop in milliseconds; 0 where the run has no timelines. */
    double hopMeanMs(Hop hop) {
        return hopsMeanMs.getOrDefault(key(hop), 0.0);
    }

    /** {@code modelled} or {@code measured}: what its times are. */
    String timesAre() {
        return modelled ? "modelled" : "measured";
    }

    private static String verdict(BenchmarkResult result) {
        if (result.outputsFail()) {
            return "FAIL";
        }
        return result.problems().isEmpty() ? "VALID" : "INVALID";
    }

    private static Map<String, Double> hitRates(TokenAccount tokens) {
        Map<String, Double> rates = new LinkedHashMap<>();
        double prompt = Math.max(1, tokens.prompt());
        for (Tier tier : Tier.values()) {
            rates.put(tier.name().toLowerCase(Locale.ROOT), tokens.of(tier) / prompt);
        }
        rates.put("total", (tokens.device() + tokens.host() + tokens.s3()) / prompt);
        return rates;
    }

    private static @Nullable Double meanMillis(TransferTotals transfers) {
        return transfers.count() == 0 ? null : transfers.seconds() * 1e3 / transfers.count();
    }

    private static Map<String, Double> hops(BenchmarkResult result) {
        Map<String, Double> means = new LinkedHashMap<>();
        HopBreakdown.mean(HopBreakdown.all(result)).forEach((hop, nanos) -> means.put(key(hop), nanos / 1e6));
        return means;
    }

    private static String key(Hop hop) {
        return hop.name().toLowerCase(Locale.ROOT);
    }
}
