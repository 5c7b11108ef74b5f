package dev.vllmjunit.report;

import dev.vllmjunit.evidence.CacheState;
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
import org.knowm.xchart.CategorySeries;

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

    private record Prediction(String state, int tokens, int documents, double measuredMs, double predictedMs) {

        String name() {
            return state + ", " + Numbers.tokens(tokens) + " tokens";
        }

        double error() {
            return predictedMs / measuredMs - 1;
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

    /** Adds a median over so many documents, in seconds. */
    public void predicted(String state, int tokens, int documents, double measuredSeconds, double predictedSeconds) {
        predictions.add(new Prediction(state, tokens, documents, measuredSeconds * 1e3, predictedSeconds * 1e3));
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

    /** predicted / measured - 1 by state and length, of these states. */
    public Map<String, Double> errors(List<String> states) {
        Map<String, Double> errors = new LinkedHashMap<>();
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
        return "The same requests, one at a time, on both stacks. Predicted times are modelled, from a calibration at other lengths on "
                + measured + ".";
    }

    private Table times() {
        return new Table(
                "Time to first token, medians",
                List.of("state, prompt", "documents", "measured", "predicted (modelled)", "error"),
                predictions.stream()
                        .map(prediction -> List.of(
                                prediction.name(),
                                String.valueOf(prediction.documents()),
                                Numbers.millis(prediction.measuredMs()),
                                Numbers.millis(prediction.predictedMs()),
                                Numbers.percent(prediction.error())))
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
                "Time to first token: measured, and predicted (modelled)", "time to first token, ms (median)");
        List<String> names = predictions.stream().map(Prediction::name).toList();
        add(chart, "measured on real vLLM (lines: 20 %)", names, true);
        add(chart, "predicted by the embedded stack (modelled)", names, false);
        chart.getStyler().setXAxisLabelRotation(20);
        return chart;
    }

    private void add(CategoryChart chart, String series, List<String> names, boolean real) {
        List<Double> values = predictions.stream()
                .map(prediction -> real ? prediction.measuredMs() : prediction.predictedMs())
                .toList();
        List<Double> margins =
                values.stream().map(value -> real ? value * 0.2 : 0.0).toList();
        CategorySeries added = chart.addSeries(series, names, values, margins);
        added.setFillColor(
                real
                        ? Palette.of(CacheState.EMPTY)
                        : Palette.of(CacheState.S3_ONLY));
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
