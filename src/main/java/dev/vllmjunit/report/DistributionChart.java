package dev.vllmjunit.report;

import dev.vllmjunit.topology.Figures;
import java.awt.BasicStroke;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The empirical distribution of the time to first token, a step line per run, on a logarithmic time axis. */
final class DistributionChart {

    private static final double LEAST_MS = 1e-3;
    private static final double WIDE = 3;

    /** Above 100 %, so that a line at the top shows; not a multiple of a step, or XChart labels every step. */
    private static final double GREATEST_SHARE = 101.3;

    private static final float[][] DASHES = {{}, {9, 5}, {3, 4}, {12, 4, 3, 4}};

    private DistributionChart() {}

    static XYChart of(ChartRuns runs) {
        XYChart chart = new XYChartBuilder()
                .width(ChartLook.WIDTH)
                .height(ChartLook.HEIGHT)
                .title(runs.title("Requests with a first token within a time"))
                .yAxisTitle("share of requests, %")
                .build();
        ChartLook.apply(chart.getStyler());
        chart.getStyler()
                .setYAxisMin(0.0)
                .setYAxisMax(GREATEST_SHARE)
                .setPlotGridVerticalLinesVisible(true)
                .setLegendVisible(runs.size() > 1);
        for (int i = 0; i < runs.size(); i++) {
            addSteps(chart, runs, i);
        }
        timeAxis(chart, runs);
        return chart;
    }

    /** A wide range reads better on a logarithmic axis, which XChart labels well only from one round number to another. */
    private static void timeAxis(XYChart chart, ChartRuns runs) {
        DoubleSummaryStatistics times = runs.runs().stream()
                .flatMap(run -> run.ttftSamplesMs().stream())
                .mapToDouble(time -> Math.max(LEAST_MS, time))
                .summaryStatistics();
        boolean logarithmic = times.getMax() / times.getMin() > WIDE;
        chart.setXAxisTitle("time to first token, ms" + (logarithmic ? " (logarithmic)" : ""));
        if (logarithmic) {
            chart.getStyler()
                    .setXAxisLogarithmic(true)
                    .setXAxisLogarithmicDecadeOnly(false)
                    .setXAxisMin(Math.floor(times.getMin() / decade(times.getMin())) * decade(times.getMin()))
                    .setXAxisMax(Math.floor(times.getMax() / decade(times.getMax()) + 1) * decade(times.getMax()))
                    .setXAxisTickLabelsFormattingFunction(DistributionChart::label);
        }
    }

    /** 1, 2, 5, 10, 20, ... */
    private static String label(double time) {
        long digit = Math.round(time / decade(time));
        return digit == 1 || digit == 2 || digit == 5 ? Figures.digits(time) : "";
    }

    /** The power of ten at or below, in spite of rounding. */
    private static double decade(double value) {
        return Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
    }

    private static void addSteps(XYChart chart, ChartRuns runs, int index) {
        List<Double> sorted =
                runs.runs().get(index).ttftSamplesMs().stream().sorted().toList();
        if (sorted.isEmpty()) {
            return;
        }
        List<Double> times = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            double time = Math.max(LEAST_MS, sorted.get(i));
            times.addAll(List.of(time, time));
            shares.addAll(List.of(100.0 * i / sorted.size(), 100.0 * (i + 1) / sorted.size()));
        }
        XYSeries series = chart.addSeries(runs.names().get(index), times, shares);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(runs.colors().get(index));
        series.setLineStyle(stroke(index));
    }

    /** Dashes tell lines apart without colour. */
    private static BasicStroke stroke(int index) {
        float[] dashes = DASHES[index % DASHES.length];
        return dashes.length == 0
                ? new BasicStroke(3)
                : new BasicStroke(3, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashes, 0);
    }
}
