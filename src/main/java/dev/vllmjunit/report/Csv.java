package dev.vllmjunit.report;

import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** Comma separated values, every cell masked. */
final class Csv {

    private Csv() {}

    static String of(
            List<String> header, List<? extends List<? extends @Nullable Object>> lines, UnaryOperator<String> mask) {
        StringWriter text = new StringWriter();
        try (CSVPrinter printer = new CSVPrinter(text, CSVFormat.RFC4180)) {
            printer.printRecord(header);
            for (List<? extends @Nullable Object> line : lines) {
                printer.printRecord(
                        line.stream().map(cell -> cell instanceof String string ? mask.apply(string) : cell));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** What was to be sent, and when. */
    static String schedule(Schedule schedule, UnaryOperator<String> mask) {
        return of(
                List.of(
                        "index",
                        "intended_start_ms",
                        "document",
                        "occurrence",
                        "forced_miss",
                        "prompt_tokens",
                        "max_tokens"),
                schedule.requests().stream().map(Csv::planned).toList(),
                mask);
    }

    private static List<Object> planned(PlannedRequest request) {
        return List.of(
                request.index(),
                request.intendedStart().toNanos() / 1e6,
                request.documentId(),
                request.occurrence(),
                request.forcedMiss(),
                request.promptTokens(),
                request.maxTokens());
    }

    /** Counter deltas by node and series. */
    static String metrics(Map<String, Double> deltas, UnaryOperator<String> mask) {
        return of(
                List.of("node", "series", "delta"),
                new TreeMap<>(deltas)
                        .entrySet().stream()
                                .map(entry -> metric(entry.getKey(), entry.getValue()))
                                .toList(),
                mask);
    }

    private static List<Object> metric(String name, double delta) {
        int slash = name.indexOf('/');
        return List.of(slash < 0 ? "" : name.substring(0, slash), name.substring(slash + 1), delta);
    }
}
