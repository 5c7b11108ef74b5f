package dev.vllmjunit.report;

import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.HopBreakdown;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Time to first token, stacked by hop. */
final class HopCharts {

    private static final int MOST_BARS = 120;

    private HopCharts() {}

    /** A bar per run: the means of the hops, which sum to the mean time to first token. */
    static CategoryChart means(ChartRuns runs) {
        CategoryChart chart =
                ChartLook.bars(runs.title("Where the mean time to first token goes"), "time to first token, ms");
        List<String> labels = runs.labels(run -> Numbers.millis(run.ttftMs().mean()));
        stack(chart, labels, hop -> runs.runs().stream()
                .map(run -> run.hopMeanMs(hop))
                .toList());
        return chart;
    }

    /** A bar per request of one run; of very many requests, evenly spaced ones. */
    static CategoryChart requests(ChartRuns run, Map<Integer, HopBreakdown> breakdowns) {
        List<Map.Entry<Integer, HopBreakdown>> shown = evenlySpaced(List.copyOf(breakdowns.entrySet()));
        String which =
                shown.size() < breakdowns.size() ? " (" + shown.size() + " of " + breakdowns.size() + " requests)" : "";
        CategoryChart chart = ChartLook.bars(
                run.title("Where each request's time to first token goes" + which), "time to first token, ms");
        chart.setXAxisTitle("request, in order of sending");
        chart.getStyler().setXAxisTitleVisible(true);
        chart.getStyler().setAvailableSpaceFill(0.8);
        stack(chart, shown.stream().map(Map.Entry::getKey).toList(), hop -> shown.stream()
                .map(request -> request.getValue().of(hop) / 1e6)
                .toList());
        return chart;
    }

    private static void stack(CategoryChart chart, List<?> categories, Function<Hop, List<Double>> values) {
        chart.getStyler()
                .setStacked(true)
                .setLegendPosition(LegendPosition.OutsideE)
                .setLegendLayout(LegendLayout.Vertical);
        for (Hop hop : Hop.values()) {
            List<Double> parts = values.apply(hop);
            if (parts.stream().anyMatch(part -> part != 0)) {
                chart.addSeries(hop.label(), categories, parts).setFillColor(Palette.of(hop));
            }
        }
    }

    private static <T> List<T> evenlySpaced(List<T> all) {
        int bars = Math.min(MOST_BARS, all.size());
        return IntStream.range(0, bars)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / bars)))
                .toList();
    }
}
