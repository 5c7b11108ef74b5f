package dev.vllmjunit.report;

import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.Tier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** One run in tables. */
final class RunTables {

    private RunTables() {}

    static List<Table> of(RunFigures run) {
        return Stream.of(
                        differences(run),
                        problems(run),
                        List.of(headline(run), latencies(run)),
                        repetitions(run),
                        hops(run),
                        List.of(tokens(run), conditions(run)))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Table> differences(RunFigures run) {
        return run.differences().isEmpty()
                ? List.of()
                : List.of(new Table(
                        run.verdict().equals("FAIL")
                                ? "FAIL: outputs are not those of a fresh computation"
                                : "Outputs that differ from a fresh computation by a tie of two tokens",
                        List.of("what differs", "output"),
                        run.differences().stream()
                                .map(difference -> List.of(difference.kind().name(), difference.describe()))
                                .toList()));
    }

    private static List<Table> problems(RunFigures run) {
        return run.problems().isEmpty()
                ? List.of()
                : List.of(new Table(
                        "INVALID: the figures below cannot be trusted",
                        List.of("reason", "what was seen"),
                        run.problems().stream()
                                .map(problem -> List.of(problem.reason().name(), problem.detail()))
                                .toList()));
    }

    private static Table headline(RunFigures run) {
        return pairs(
                "Run",
                List.of(
                        row("verdict", run.verdict()),
                        row("requests", run.requests() + ", failed " + run.failed()),
                        row("output throughput (" + run.timesAre() + ")", Numbers.rate(run.throughputTokensPerS())),
                        row("total time (" + run.timesAre() + ")", Numbers.seconds(run.totalTimeS())),
                        row(
                                "cache hit rate, prefill side",
                                Numbers.percent(run.hitRates().getOrDefault("total", 0.0))),
                        row("compute savings", Numbers.percent(run.computeSavings())),
                        row("warm-up", warmUp(run))));
    }

    private static String warmUp(RunFigures run) {
        return run.warmUpRequests() == 0
                ? Numbers.NONE
                : "the first " + run.warmUpRequests() + " requests differ from the rest";
    }

    private static Table latencies(RunFigures run) {
        return new Table(
                "Latencies (" + run.timesAre() + ")",
                List.of("", "samples", "mean", "p50", "p90", "p95", "p99", "max"),
                List.of(
                        latency("time to first token", run.ttftMs()),
                        latency("time per output token", run.tpotMs()),
                        latency("inter-token latency", run.itlMs()),
                        latency("end to end", run.endToEndMs())));
    }

    private static List<Table> repetitions(RunFigures run) {
        return run.repetitions().isEmpty()
                ? List.of()
                : List.of(new Table(
                        "Repetitions (" + run.timesAre() + ")",
                        List.of("", "started at", "TTFT mean", "p50", "p95", "tokens/s", "total time", "verdict"),
                        run.repetitions().stream().map(RunTables::repetition).toList()));
    }

    private static List<String> repetition(RunFigures run) {
        return List.of(
                run.repetition() == null
                        ? Numbers.NONE
                        : String.valueOf(run.repetition().number()),
                run.startedAt().toString(),
                Numbers.millis(run.ttftMs().mean()),
                Numbers.millis(run.ttftMs().p50()),
                Numbers.millis(run.ttftMs().p95()),
                Numbers.significant(run.throughputTokensPerS()),
                Numbers.seconds(run.totalTimeS()),
                run.verdict());
    }

    private static List<String> latency(String name, LatencyFigures figures) {
        return List.of(
                name,
                Numbers.tokens(figures.samples()),
                Numbers.millis(figures.mean()),
                Numbers.millis(figures.p50()),
                Numbers.millis(figures.p90()),
                Numbers.millis(figures.p95()),
                Numbers.millis(figures.p99()),
                Numbers.millis(figures.max()));
    }

    private static List<Table> hops(RunFigures run) {
        if (run.hopsMeanMs().isEmpty()) {
            return List.of();
        }
        double total = Arrays.stream(Hop.values()).mapToDouble(run::hopMeanMs).sum();
        List<List<String>> rows = new ArrayList<>();
        for (Hop hop : Hop.values()) {
            rows.add(List.of(
                    hop.label(), Numbers.millis(run.hopMeanMs(hop)), Numbers.percent(run.hopMeanMs(hop) / total)));
        }
        rows.add(List.of("time to first token", Numbers.millis(total), Numbers.percent(1)));
        return List.of(new Table(
                "Mean time to first token by hop (" + run.timesAre() + ")", List.of("hop", "mean", "share"), rows));
    }

    private static Table tokens(RunFigures run) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(tokens("computed by prefill", run.tokens().computed(), run));
        for (Tier tier : Tier.values()) {
            rows.add(tokens(source(tier), run.tokens().of(tier), run));
        }
        rows.add(tokens("all prompt tokens", run.tokens().prompt(), run));
        rows.add(tokens("pulled by decode", run.tokens().pulled(), run));
        rows.add(tokens("computed by decode", run.tokens().decodeComputed(), run));
        rows.add(List.of("output tokens", Numbers.tokens(run.tokens().generated()), Numbers.NONE));
        return new Table("Where prompt tokens came from", List.of("", "tokens", "of all prompt tokens"), rows);
    }

    private static List<String> tokens(String name, long count, RunFigures run) {
        return List.of(
                name,
                Numbers.tokens(count),
                Numbers.percent((double) count / Math.max(1, run.tokens().prompt())));
    }

    static String source(Tier tier) {
        return switch (tier) {
            case DEVICE -> "from prefill's own prefix cache";
            case HOST -> "from host memory";
            case S3 -> "from S3";
        };
    }

    private static Table conditions(RunFigures run) {
        List<List<String>> rows = new ArrayList<>(List.of(
                row("workload", run.workload()),
                row("cache state at the start", run.cacheState().name()),
                row("stack", run.stack() + ", times " + run.timesAre()),
                row("topology", run.topology()),
                row("profile", run.profile()),
                row("started at", run.startedAt().toString()),
                row("KV transfers", transfers(run))));
        run.facts().forEach((name, value) -> rows.add(row(name, value)));
        return pairs("Measured under", rows);
    }

    private static String transfers(RunFigures run) {
        return String.format(
                Locale.ROOT,
                "%,d, %s, mean %s (%s), failed %,d, expired %,d",
                run.transfers().count(),
                Numbers.bytes(run.transfers().bytes()),
                Numbers.millis(run.transferMeanMs()),
                run.timesAre(),
                run.transfers().failures(),
                run.transfers().expired());
    }

    private static Table pairs(String caption, List<List<String>> rows) {
        return new Table(caption, List.of("", ""), rows);
    }

    private static List<String> row(String name, String value) {
        return List.of(name, value);
    }
}
