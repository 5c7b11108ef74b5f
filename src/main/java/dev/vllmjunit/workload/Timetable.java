package dev.vllmjunit.workload;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/** A schedule as text: its totals, then its first requests. */
final class Timetable {

    private static final List<ColumnData<PlannedRequest>> COLUMNS = List.of(
            number("request", request -> String.valueOf(request.index())),
            number("document", request -> String.valueOf(request.documentId())),
            number("occurrence", request -> String.valueOf(request.occurrence())),
            number("forced miss", request -> request.forcedMiss() ? "yes" : ""),
            number("prompt tokens", request -> String.valueOf(request.promptTokens())),
            number("output tokens", request -> String.valueOf(request.maxTokens())));

    private static final ColumnData<PlannedRequest> START = number("starts at", Timetable::start);

    private Timetable() {}

    static String of(Schedule schedule, int rows) {
        Given.atLeast("rows", rows, 0);
        List<PlannedRequest> shown = schedule.requests()
                .subList(0, Math.min(rows, schedule.requests().size()));
        int hidden = schedule.requests().size() - shown.size();
        return totals(schedule)
                + (shown.isEmpty() ? "" : "\n" + table(shown, schedule.arrivals()))
                + (hidden == 0 ? "" : "\nand " + hidden + " more");
    }

    /** Where a start depends on other requests' ends, nobody knows it beforehand. */
    private static String table(List<PlannedRequest> shown, Arrivals arrivals) {
        Stream<ColumnData<PlannedRequest>> columns =
                arrivals.openLoop() ? Stream.concat(Stream.of(START), COLUMNS.stream()) : COLUMNS.stream();
        return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, shown, columns.toList());
    }

    private static String totals(Schedule schedule) {
        long documents = schedule.requests().stream()
                .mapToInt(PlannedRequest::documentId)
                .distinct()
                .count();
        return schedule.name() + "\n" + schedule.requests().size() + " requests to " + schedule.path() + " about "
                + documents + " documents, " + schedule.promptTokens() + " prompt tokens, " + schedule.outputTokens()
                + " output tokens; " + schedule.arrivals().describe();
    }

    private static String start(PlannedRequest request) {
        return String.format(Locale.ROOT, "%.3f s", request.intendedStart().toNanos() / 1e9);
    }

    private static ColumnData<PlannedRequest> number(String header, Function<PlannedRequest, String> value) {
        return new Column().header(header).dataAlign(HorizontalAlign.RIGHT).with(value);
    }
}
