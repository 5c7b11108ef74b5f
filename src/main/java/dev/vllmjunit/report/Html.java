package dev.vllmjunit.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.text.StringEscapeUtils;
import org.apache.commons.text.StringSubstitutor;

/** A page of tables and charts in one file, without scripts or anything to load. */
final class Html {

    private static final Set<String> VERDICTS = Set.of("PASS", "FAIL", "VALID", "INVALID", "NOT FEASIBLE", "REPORTED");
    private static final String PAGE = resource("page.html");
    private static final String CONTENT = resource("content.html");

    private Html() {}

    /** A page of its own. */
    static String page(String title, String lead, List<Table> tables, List<ChartImage> charts) {
        String head = "<h1>" + escape(title) + "</h1>\n<p>" + escape(lead) + "</p>\n";
        return fill(
                PAGE,
                Map.of("title", escape(title), "content", fill(CONTENT, Map.of("body", head + body(tables, charts)))));
    }

    /** The same without a title, to be put into another page. */
    static String fragment(List<Table> tables, List<ChartImage> charts) {
        return fill(CONTENT, Map.of("body", body(tables, charts)));
    }

    private static String body(List<Table> tables, List<ChartImage> charts) {
        return Stream.concat(tables.stream().map(Html::table), charts.stream().map(Html::figure))
                .collect(Collectors.joining("\n"));
    }

    /** What is filled in is not looked through for placeholders again. */
    private static String fill(String template, Map<String, String> values) {
        return new StringSubstitutor(values)
                .setDisableSubstitutionInValues(true)
                .replace(template);
    }

    private static String table(Table table) {
        String header = row("th", table.header(), table);
        String rows =
                table.rows().stream().map(cells -> row("td", cells, table)).collect(Collectors.joining("\n"));
        return "<h2>" + escape(table.caption()) + "</h2>\n<table>\n<thead>" + header + "</thead>\n<tbody>\n" + rows
                + "\n</tbody>\n</table>";
    }

    static String escape(String text) {
        return StringEscapeUtils.escapeHtml4(text);
    }

    private static String row(String tag, List<String> cells, Table table) {
        return IntStream.range(0, cells.size())
                .mapToObj(i -> cell(tag, cells.get(i), table.numeric(i)))
                .collect(Collectors.joining("", "<tr>", "</tr>"));
    }

    private static String cell(String tag, String text, boolean numeric) {
        String marked = VERDICTS.contains(text)
                ? "<span class=\"verdict " + text.toLowerCase(Locale.ROOT).replace(' ', '-') + "\">" + escape(text)
                        + "</span>"
                : escape(text);
        return "<" + tag + (numeric ? " class=\"number\">" : ">") + marked + "</" + tag + ">";
    }

    private static String figure(ChartImage chart) {
        return "<img alt=\"" + escape(chart.title()) + "\" src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(chart.png()) + "\">";
    }

    private static String resource(String name) {
        try (InputStream stream = Objects.requireNonNull(Html.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
