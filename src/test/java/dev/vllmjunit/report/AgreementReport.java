package dev.vllmjunit.report;

import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.stats.Sample;
import io.qameta.allure.Allure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.knowm.xchart.CategoryChart;

/** The embedded stack held against the real one: a page with tables and a chart, the same as text, and every time as CSV. */
public final class AgreementReport {

    private static final String NAME = "agreement";
    private static final String TITLE = "Agreement of the embedded stack with real vLLM";
    private static final List<String> SHOWN = List.of(
            "prompt",
            "computed",
            "device",
            "host",
            "S3",
            "pulled",
            "usage: cached tokens",
            "LMCache: lookup_hit_tokens");

    private final Path reports;
    private final String measured;
    private final List<Prediction> predictions = new ArrayList<>();
    private final List<List<String>> requests = new ArrayList<>();
    private final List<List<Object>> timings = new ArrayList<>();
    private List<String> timingColumns = List.of();

    private record Prediction(String state, int tokens, Sample measured, Sample predicted) {

        double measuredMs() {
            return measured.quantile(0.5) * 1e3;
        }

        double predictedMs() {
            return predicted.quantile(0.5) * 1e3;
        }

        String interval() {
            return measured.quantileInterval(0.5, 0.95)
                    .map(interval ->
                            Numbers.millis(interval.low() * 1e3) + " to " + Numbers.millis(interval.high() * 1e3))
                    .orElse(Numbers.NONE);
        }

        String name() {
            return state + ", " + Numbers.tokens(tokens) + " tokens";
        }

        Error error() {
            double best = predictedMs() / measuredMs() - 1;
            return measured.quantileInterval(0.5, 0.95)
                    .map(interval -> new Error(
                            best,
                            predictedMs() / (interval.high() * 1e3) - 1,
                            predictedMs() / (interval.low() * 1e3) - 1))
                    .orElse(new Error(best, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
        }
    }

    /**
     * Written when {@link #publish} is called.
     *
     * @param measured what was measured, in words
     */
    public AgreementReport(Path reports, String measured) {
        this.reports = reports;
        this.measured = measured;
    }

    /** Where it is written. */
    public static Path directory(Path reports) {
        return reports.resolve(NAME);
    }

    /** Adds times to first token of several documents, in seconds. */
    public void predicted(String state, int tokens, Sample measuredTimes, Sample predictedTimes) {
        predictions.add(new Prediction(state, tokens, measuredTimes, predictedTimes));
    }

    /** Adds a request of the trace. */
    public void request(String name, Map<String, Long> counters, List<String> differences) {
        List<String> cells = new ArrayList<>(List.of(name));
        SHOWN.forEach(counter -> cells.add(Numbers.tokens(counters.getOrDefault(counter, 0L))));
        cells.add(differences.isEmpty() ? "all " + counters.size() + " equal" : String.join("; ", differences));
        requests.add(cells);
    }

    /** Adds one request's times by name. */
    public void timing(String stack, Map<String, Object> columns) {
        timingColumns = new ArrayList<>(columns.keySet());
        List<Object> values = new ArrayList<>(List.of(stack));
        values.addAll(columns.values());
        timings.add(values);
    }

    /**
     * predicted / measured - 1.
     *
     * @param best of the medians
     * @param low where the measured median is as long as it can be with 95 % confidence
     * @param high where it is as short
     */
    public record Error(double best, double low, double high) {

        /** Whether the prediction is that close. */
        public boolean within(double tolerance) {
            return Math.abs(best) <= tolerance;
        }

        /** Whether it is farther off wherever the measured median may be. */
        public boolean outside(double tolerance) {
            return low > tolerance || high < -tolerance;
        }
    }

    /** Errors by state and length, of these states. */
    public Map<String, Error> errors(List<String> states) {
        Map<String, Error> errors = new LinkedHashMap<>();
        predictions.stream()
                .filter(prediction -> states.contains(prediction.state()))
                .forEach(prediction -> errors.put(prediction.name(), prediction.error()));
        return errors;
    }

    /** Writes it, and attaches it to the Allure test that runs. */
    public void publish() {
        List<Table> tables = List.of(times(), counters());
        ChartImage chart = ChartLook.draw("ttft", chart());
        new Section(NAME, TITLE)
                .add(TITLE, "agreement.html", Html.page(TITLE, lead(), tables, List.of(chart)))
                .add(TITLE + ", text", "agreement.txt", lead() + System.lineSeparator() + Table.text(tables))
                .add(List.of(chart))
                .add("every time", "timings.csv", csv())
                .publish(reports, new AllureSteps(Allure.getLifecycle()));
    }

    private String lead() {
        return "The same requests, one at a time, on both stacks. Predicted times are modelled, from a calibration at"
                + " other lengths on "
                + measured + ".";
    }

    private Table times() {
        return new Table(
                "Time to first token, medians",
                List.of("state, prompt", "documents", "measured", "its 95 % interval", "predicted (modelled)", "error"),
                predictions.stream()
                        .map(prediction -> List.of(
                                prediction.name(),
                                String.valueOf(prediction.measured().size()),
                                Numbers.millis(prediction.measuredMs()),
                                prediction.interval(),
                                Numbers.millis(prediction.predictedMs()),
                                Numbers.percent(prediction.error().best())))
                        .toList());
    }

    private Table counters() {
        List<String> header = new ArrayList<>(List.of("request"));
        header.addAll(SHOWN);
        header.add("on the embedded stack");
        return new Table("Counters of real vLLM, request by request", header, requests);
    }

    private CategoryChart chart() {
        CategoryChart chart = ChartLook.bars(
                "Time to first token by prompt tokens: measured, and predicted (modelled)",
                "time to first token, ms (median)");
        List<String> names = predictions.stream()
                .map(prediction -> prediction.state() + ", " + Numbers.tokens(prediction.tokens()))
                .toList();
        List<Double> measuredMs =
                predictions.stream().map(Prediction::measuredMs).toList();
        chart.addSeries(
                        "measured on real vLLM (lines: 20 %)",
                        names,
                        measuredMs,
                        measuredMs.stream().map(value -> value * 0.2).toList())
                .setFillColor(Palette.of(CacheState.EMPTY));
        chart.addSeries(
                        "predicted by the embedded stack (modelled)",
                        names,
                        predictions.stream().map(Prediction::predictedMs).toList())
                .setFillColor(Palette.of(CacheState.S3_ONLY));
        chart.getStyler().setXAxisLabelRotation(20);
        return chart;
    }

    private String csv() {
        StringBuilder text = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(text, CSVFormat.DEFAULT)) {
            List<String> header = new ArrayList<>(List.of("stack"));
            header.addAll(timingColumns);
            printer.printRecord(header);
            printer.printRecords(timings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
