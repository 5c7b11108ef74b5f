package dev.vllmjunit.report;

import dev.vllmjunit.history.Review;
import dev.vllmjunit.history.Trend;
import java.awt.BasicStroke;
import java.awt.Color;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.DoubleSummaryStatistics;
import java.util.Locale;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** One figure over the history: a mark per result, a line per level, and every change of the level with its size. */
final class TrendChart {

    private static final int HEIGHT = 400;
    /** Narrower, noise looks like news. */
    private static final double LEAST_MARGIN = 0.1;

    private static final DateTimeFormatter DAY = format("d MMM");
    private static final DateTimeFormatter TIME = format("d MMM uuuu, HH:mm");
    private static final BasicStroke SOLID = new BasicStroke(3);
    private static final BasicStroke DASHED =
            new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {7, 5}, 0);

    private final Trend trend;
    private final XYChart chart;
    private final double low;
    private final double high;

    private TrendChart(Review review, Trend trend) {
        this.trend = trend;
        DoubleSummaryStatistics values =
                trend.points().stream().mapToDouble(Trend.Point::value).summaryStatistics();
        double margin = Math.max(LEAST_MARGIN * values.getMax(), 0.25 * (values.getMax() - values.getMin()));
        this.low = Math.max(0, values.getMin() - margin);
        this.high = values.getMax() + margin;
        this.chart = new XYChartBuilder()
                .width(ChartLook.WIDTH)
                .height(HEIGHT)
                .title(title(review))
                .yAxisTitle(trend.measure().unit())
                .build();
        ChartLook.apply(chart.getStyler());
        axes();
    }

    static XYChart of(Review review, Trend trend) {
        TrendChart drawn = new TrendChart(review, trend);
        drawn.results();
        drawn.levels();
        review.accepted().ifPresent(since -> drawn.baseline());
        trend.steps().forEach(drawn::step);
        return drawn.chart;
    }

    private String title(Review review) {
        String label = trend.measure().label();
        return label.substring(0, 1).toUpperCase(Locale.ROOT) + label.substring(1) + ", " + review.cacheState()
                + (review.modelled() ? " (modelled)" : "");
    }

    /** Results are as far apart as they are many, not as their nights are; when one was, its change says. */
    private void axes() {
        chart.getStyler()
                .setYAxisMin(low)
                .setYAxisMax(high)
                .setXAxisMin(-0.5)
                .setXAxisMax(trend.points().size() - 0.5)
                .setXAxisTicksVisible(false);
        chart.setXAxisTitle("results of the same fingerprint, from "
                + TIME.format(trend.points().get(0).at()) + " to "
                + TIME.format(trend.now().at()) + " UTC");
    }

    private void results() {
        int now = trend.points().size() - 1;
        marks("earlier results", IntStream.range(0, now), Palette.PALE_INK, SeriesMarkers.CIRCLE);
        marks("this result", IntStream.of(now), Palette.INK, SeriesMarkers.DIAMOND);
    }

    private void marks(String name, IntStream indices, Color color, Marker marker) {
        int[] at = indices.toArray();
        XYSeries series = chart.addSeries(
                name,
                IntStream.of(at).asDoubleStream().toArray(),
                IntStream.of(at).mapToDouble(i -> trend.points().get(i).value()).toArray());
        series.setLineStyle(SeriesLines.NONE);
        series.setMarker(marker);
        series.setMarkerColor(color);
    }

    private void levels() {
        double from = -0.5;
        double level = trend.firstLevel();
        for (Trend.Step step : trend.steps()) {
            level("level until " + step.index(), from, level, step.index() - 0.5)
                    .setShowInLegend(false);
            from = step.index() - 0.5;
            level = step.after();
        }
        level("level", from, level, trend.points().size() - 0.5);
    }

    private XYSeries level(String name, double from, double level, double to) {
        return line(name, from, level, to, level, Palette.LEVEL, SOLID);
    }

    private void baseline() {
        double level = trend.firstLevel();
        line("accepted baseline", -0.5, level, trend.points().size() - 0.5, level, Palette.LEVEL, DASHED);
    }

    private void step(Trend.Step step) {
        double at = step.index() - 0.5;
        boolean worse = trend.worsens(step);
        double top = high - 0.1 * (high - low);
        line("change " + step.index(), at, low, at, top, worse ? Palette.WORSE : Palette.BETTER, DASHED)
                .setShowInLegend(false);
        String text = (worse ? "worse, " : "better, ") + Trend.change(step.before(), step.after()) + ", "
                + DAY.format(trend.points().get(step.index()).at());
        chart.addAnnotation(new AnnotationText(text, at, high - 0.04 * (high - low), false));
    }

    private XYSeries line(
            String name, double fromX, double fromY, double toX, double toY, Color color, BasicStroke stroke) {
        XYSeries series = chart.addSeries(name, new double[] {fromX, toX}, new double[] {fromY, toY});
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(stroke);
        return series;
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }
}
