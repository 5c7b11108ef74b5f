package dev.vllmjunit.preflight;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What all checks found. Immutable.
 *
 * @param rows in the order of the checks
 */
public record PreflightReport(List<Row> rows) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WIDEST = 64;

    /** Copies the rows. */
    public PreflightReport {
        rows = List.copyOf(rows);
    }

    /** Whether no check failed. What could not be checked, and warnings, keep nobody from a start. */
    public boolean passed() {
        return with(Status.FAILED).isEmpty();
    }

    /** The rows of that status. */
    public List<Row> with(Status status) {
        return rows.stream().filter(row -> row.finding().status() == status).toList();
    }

    /** All rows, for a console; a line that counts them below. */
    public String table() {
        return table(rows) + System.lineSeparator() + counts();
    }

    /** The rows where something is to be done, for a console. */
    public String troubles() {
        return table(
                rows.stream().filter(row -> row.finding().status() != Status.OK).toList());
    }

    /** For instance {@code 11 ok, 1 warning, 1 failed, 0 not checked}. */
    public String counts() {
        return Stream.of(Status.values())
                .map(status -> with(status).size() + " " + status.label())
                .collect(Collectors.joining(", "));
    }

    /** An object with {@code passed} and {@code rows}, of which each has check, where, status, found and remedy. */
    public String json() {
        ObjectNode report = JSON.createObjectNode().put("passed", passed());
        rows.forEach(row -> report.withArray("rows")
                .addObject()
                .put("check", row.id().label())
                .put("where", row.where())
                .put("status", row.finding().status().label())
                .put("found", row.finding().found())
                .put("remedy", row.finding().remedy()));
        return report.toPrettyString();
    }

    private static String table(List<Row> rows) {
        Column[] columns = Stream.of("check", "where", "status", "found", "what to do")
                .map(title -> new Column()
                        .header(title)
                        .headerAlign(HorizontalAlign.LEFT)
                        .dataAlign(HorizontalAlign.LEFT)
                        .maxWidth(WIDEST))
                .toArray(Column[]::new);
        Object[][] cells = rows.stream().map(PreflightReport::cells).toArray(Object[][]::new);
        return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, columns, cells);
    }

    private static Object[] cells(Row row) {
        Finding finding = row.finding();
        return new Object[] {row.id().label(), row.where(), finding.status().label(), finding.found(), finding.remedy()
        };
    }
}
