package dev.vllmjunit.report;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.markers.Marker;

/** A bar per run. */
final class BarCharts {

    private BarCharts() {}

    /** Bars for the means, a bar of their own colour per run; marks for median and 95th percentile. */
    static CategoryChart timeToFirstToken(ChartRuns runs) {
        CategoryChart chart = ChartLook.bars(runs.title("Time to first token"), "time to first token, ms (bars: mean)");
        List<String> labels = runs.labels(run -> Numbers.millis(run.ttftMs().mean()));
        addBars(chart, runs, labels, run -> orNaN(run.ttftMs().mean()));
        addMarks(chart, "p50", runs, labels, run -> run.ttftMs().p50(), new PercentileMark(false));
        addMarks(chart, "p95", runs, labels, run -> run.ttftMs().p95(), new PercentileMark(true));
        return headroom(chart);
    }

    /** Output tokens per second. */
    static CategoryChart throughput(ChartRuns runs) {
        CategoryChart chart = ChartLook.bars(runs.title("Output throughput"), "output tokens per second");
        List<String> labels = runs.labels(run -> Numbers.rate(run.throughputTokensPerS()));
        addBars(chart, runs, labels, RunFigures::throughputTokensPerS);
        chart.getStyler().setLegendVisible(false);
        return headroom(chart);
    }

    /** XChart colours by series: a series per run, overlapping, with a value in the run's own category only. */
    private static void addBars(
            CategoryChart chart, ChartRuns runs, List<String> labels, ToDoubleFunction<RunFigures> value) {
        chart.getStyler().setOverlapped(true);
        for (int i = 0; i < runs.size(); i++) {
            List<@Nullable Double> values = new ArrayList<>(Collections.nCopies(runs.size(), Double.NaN));
            values.set(i, value.applyAsDouble(runs.runs().get(i)));
            CategorySeries series = chart.addSeries(runs.names().get(i), labels, values);
            series.setFillColor(runs.colors().get(i));
            series.setShowInLegend(false);
        }
    }

    private static void addMarks(
            CategoryChart chart,
            String name,
            ChartRuns runs,
            List<String> labels,
            Function<RunFigures, @Nullable Double> value,
            Marker mark) {
        List<Double> values =
                runs.runs().stream().map(run -> orNaN(value.apply(run))).toList();
        if (values.stream().allMatch(one -> one.isNaN())) {
            return;
        }
        CategorySeries series = chart.addSeries(name, labels, values);
        series.setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
        series.setMarker(mark);
        series.setMarkerColor(Color.BLACK);
    }

    /** So that no mark touches the edge. */
    private static CategoryChart headroom(CategoryChart chart) {
        chart.getSeriesCollection().stream()
                .flatMapToDouble(series -> Arrays.stream(series.getYData()))
                .filter(value -> value > 0)
                .max()
                .ifPresent(greatest -> chart.getStyler().setYAxisMax(greatest * 1.08));
        return chart;
    }

    private static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
