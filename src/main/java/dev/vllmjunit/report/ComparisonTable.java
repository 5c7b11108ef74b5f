package dev.vllmjunit.report;

import dev.vllmjunit.evidence.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs side by side: one column each, times against those of the first. */
final class ComparisonTable {

    private final List<RunFigures> runs;
    private final List<List<String>> rows = new ArrayList<>();

    private ComparisonTable(List<RunFigures> runs) {
        this.runs = runs;
    }

    static Table of(List<RunFigures> runs) {
        List<String> header = new ArrayList<>(List.of(""));
        header.addAll(RunNames.of(runs));
        return new Table("Side by side", header, new ComparisonTable(runs).rows());
    }

    private List<List<String>> rows() {
        row("verdict", RunFigures::verdict);
        row("times are", RunFigures::timesAre);
        row("requests, failed", run -> run.requests() + ", " + run.failed());
        compared(
                "output throughput, tokens/s",
                run -> run.throughputTokensPerS(),
                (first, value) -> Numbers.significant(value) + against(first, value, "less", "more"));
        time("TTFT mean", run -> run.ttftMs().mean());
        time("TTFT p50", run -> run.ttftMs().p50());
        time("TTFT p95", run -> run.ttftMs().p95());
        time("TPOT mean", run -> run.tpotMs().mean());
        time("end to end mean", run -> run.endToEndMs().mean());
        compared(
                "total time", run -> run.totalTimeS(), (first, value) -> Numbers.seconds(value) + faster(first, value));
        row(
                "cache hit rate, prefill side",
                run -> Numbers.percent(run.hitRates().getOrDefault("total", 0.0)));
        for (Tier tier : Tier.values()) {
            row(RunTables.source(tier), run -> Numbers.tokens(run.tokens().of(tier)));
        }
        row("computed by prefill", run -> Numbers.tokens(run.tokens().computed()));
        row("compute savings", run -> Numbers.percent(run.computeSavings()));
        row("KV transferred", run -> Numbers.bytes(run.transfers().bytes()));
        time("KV transfer mean", RunFigures::transferMeanMs);
        return rows;
    }

    private void time(String name, Function<RunFigures, @Nullable Double> figure) {
        compared(name, figure, (first, value) -> Numbers.millis(value) + faster(first, value));
    }

    private void compared(
            String name, Function<RunFigures, @Nullable Double> figure, BiFunction<Double, Double, String> cell) {
        Double first = figure.apply(runs.get(0));
        row(name, run -> {
            Double value = figure.apply(run);
            return value == null ? Numbers.NONE : cell.apply(first == null ? value : first, value);
        });
    }

    private void row(String name, Function<RunFigures, String> cell) {
        List<String> cells = new ArrayList<>(List.of(name));
        runs.forEach(run -> cells.add(cell.apply(run)));
        rows.add(cells);
    }

    private static String faster(double first, double value) {
        return against(first, value, "faster", "slower");
    }

    /** Nothing where there is no difference to speak of, or nothing to divide. */
    private static String against(double first, double value, String more, String less) {
        boolean comparable = first > 0 && value > 0 && Math.abs(first / value - 1) >= 0.05;
        return comparable ? " (" + Numbers.times(first, value, more, less) + ")" : "";
    }
}
