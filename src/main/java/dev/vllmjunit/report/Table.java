package dev.vllmjunit.report;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table, for the console and for HTML alike.
 *
 * @param caption what it shows
 * @param header column titles
 * @param rows cells by row, as many as the header has
 */
record Table(String caption, List<String> header, List<List<String>> rows) {

    /** Copies the cells. */
    Table {
        header = List.copyOf(header);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /** The same with every text masked. */
    Table masked(UnaryOperator<String> mask) {
        return new Table(
                mask.apply(caption),
                header.stream().map(mask).toList(),
                rows.stream().map(row -> row.stream().map(mask).toList()).toList());
    }

    /** Several, one below the other. */
    static String text(List<Table> tables) {
        return tables.stream().map(Table::text).collect(Collectors.joining(System.lineSeparator()));
    }

    /** For a terminal. The first column is aligned left, figures right. */
    String text() {
        Column[] columns = IntStream.range(0, header.size())
                .mapToObj(i -> new Column()
                        .header(header.get(i))
                        .maxWidth(90)
                        .dataAlign(numeric(i) ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT))
                .toArray(Column[]::new);
        Object[][] cells = rows.stream().map(List::toArray).toArray(Object[][]::new);
        return caption
                + System.lineSeparator()
                + AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, columns, cells);
    }

    /** Whether a column other than the first holds figures only, so that it is aligned right. */
    boolean numeric(int column) {
        return column > 0
                && cells(column).allMatch(cell -> cell.equals(Numbers.NONE) || cell.matches("^[-<>]?[0-9].*"));
    }

    private Stream<String> cells(int column) {
        return rows.stream().map(row -> row.get(column));
    }
}
