package dev.vllmjunit.report;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.HopBreakdown;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.knowm.xchart.internal.chartpart.Chart;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which charts are drawn of what. */
final class Charts {

    private static final Logger LOGGER = LoggerFactory.getLogger(Charts.class);

    private Charts() {}

    /** Of a single run, or of its repetitions side by side. */
    static List<ChartImage> of(RunFigures figures, BenchmarkResult result) {
        if (!figures.repetitions().isEmpty()) {
            return of(figures.repetitions());
        }
        if (figures.ttftSamplesMs().isEmpty()) {
            return List.of();
        }
        ChartRuns run = ChartRuns.of(List.of(figures));
        Map<Integer, HopBreakdown> hops = HopBreakdown.byIndex(result);
        return drawn(Stream.of(
                hops.isEmpty() ? Optional.empty() : draw("hops", () -> HopCharts.requests(run, hops)),
                draw("ttft-distribution", () -> DistributionChart.of(run))));
    }

    /** Of runs side by side. */
    static List<ChartImage> of(List<RunFigures> figures) {
        ChartRuns runs = ChartRuns.of(
                figures.stream().filter(run -> !run.ttftSamplesMs().isEmpty()).toList());
        if (runs.size() == 0) {
            return List.of();
        }
        boolean hops = runs.runs().stream().anyMatch(run -> !run.hopsMeanMs().isEmpty());
        return drawn(Stream.of(
                draw("ttft", () -> BarCharts.timeToFirstToken(runs)),
                draw("throughput", () -> BarCharts.throughput(runs)),
                hops ? draw("hops", () -> HopCharts.means(runs)) : Optional.empty(),
                draw("ttft-distribution", () -> DistributionChart.of(runs))));
    }

    private static List<ChartImage> drawn(Stream<Optional<ChartImage>> charts) {
        return charts.flatMap(Optional::stream).toList();
    }

    /** A machine without fonts cannot draw text (an Error from AWT); its report goes without charts. */
    private static Optional<ChartImage> draw(String name, Supplier<Chart<?, ?>> chart) {
        try {
            return Optional.of(ChartLook.draw(name, chart.get()));
        } catch (InternalError | LinkageError | NullPointerException e) {
            LOGGER.warn(
                    "no chart {}: this machine cannot draw text; install a font, for instance fonts-dejavu-core",
                    name,
                    e);
            return Optional.empty();
        }
    }
}
