package dev.vllmjunit.report;

import dev.vllmjunit.evidence.Tier;
import java.util.Arrays;
import java.util.List;

/** Runs as a console shows them: a line each. */
final class SummaryTable {

    private SummaryTable() {}

    static Table of(String caption, List<RunFigures> runs) {
        return new Table(
                caption,
                List.of(
                        "state",
                        "requests",
                        "failed",
                        "tokens/s",
                        "TTFT mean",
                        "p50",
                        "p95",
                        "total time",
                        "times are",
                        "hits device/host/S3",
                        "computed tokens",
                        "verdict"),
                runs.stream().map(SummaryTable::row).toList());
    }

    private static List<String> row(RunFigures run) {
        return List.of(
                run.cacheState().name(),
                Numbers.tokens(run.requests()),
                Numbers.tokens(run.failed()),
                Numbers.significant(run.throughputTokensPerS()),
                Numbers.millis(run.ttftMs().mean()),
                Numbers.millis(run.ttftMs().p50()),
                Numbers.millis(run.ttftMs().p95()),
                Numbers.seconds(run.totalTimeS()),
                run.timesAre(),
                hits(run),
                Numbers.tokens(run.tokens().computed()),
                run.verdict());
    }

    private static String hits(RunFigures run) {
        return String.join(
                " / ",
                Arrays.stream(Tier.values())
                        .map(tier -> Numbers.percent((double) run.tokens().of(tier)
                                / Math.max(1, run.tokens().prompt())))
                        .toList());
    }
}
