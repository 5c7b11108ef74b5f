package dev.vllmjunit.report;

import dev.vllmjunit.assertion.ExpectationOutcome;
import dev.vllmjunit.evidence.BenchmarkResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What a person at a console sees: a bar while a run lasts if there is a terminal, a line at its start and end if there is none,
 * a table after it. The bar goes to the terminal itself, so that it shows in a test JVM whose output is piped, and never ends
 * up in a log. Thread-safe.
 */
public final class ProgressReport {

    /** When to show a bar. */
    public enum Bar {
        /** Where there is a terminal. */
        AUTO,
        /** Nowhere. */
        NEVER
    }

    private final Supplier<Optional<OutputStream>> terminal;
    private final PrintStream out;
    private final UnaryOperator<String> mask;

    /**
     * For this process's console.
     *
     * @param bar when to show a bar
     * @param mask replaces secrets in a text
     */
    public ProgressReport(Bar bar, UnaryOperator<String> mask) {
        this(bar == Bar.AUTO ? ProgressReport::openTerminal : Optional::empty, System.out, mask);
    }

    ProgressReport(Supplier<Optional<OutputStream>> terminal, PrintStream out, UnaryOperator<String> mask) {
        this.terminal = terminal;
        this.out = out;
        this.mask = mask;
    }

    /**
     * A run begins.
     *
     * @param label what the run is called
     * @param total requests it will send
     * @return to be told of finished requests, and closed when the run is over
     */
    public RunProgress start(String label, int total) {
        LineProgress lines = new LineProgress(mask.apply(label), total, out);
        Optional<OutputStream> stream = terminal.get();
        return stream.isPresent() ? new BarProgress(mask.apply(label), total, stream.get(), lines) : lines.announced();
    }

    /** The table after a run. */
    public void summary(BenchmarkResult result) {
        RunFigures run = RunFigures.of(result);
        out.println(SummaryTable.of(run.name() + ", " + run.topology(), List.of(run))
                .masked(mask)
                .text());
        run.differences()
                .forEach(difference ->
                        out.println(mask.apply((difference.fails() ? "  FAIL: " : "  tie: ") + difference.describe())));
        run.problems()
                .forEach(problem ->
                        out.println(mask.apply("  INVALID (" + problem.reason() + "): " + problem.detail())));
    }

    /** A profile's expectations with their verdicts. */
    public void expectations(List<ExpectationOutcome> outcomes) {
        ExpectationRows.of(outcomes)
                .forEach(table -> out.println(table.masked(mask).text()));
    }

    /** One line. */
    public void line(String text) {
        out.println(mask.apply(text));
    }

    private static Optional<OutputStream> openTerminal() {
        Path terminal = Path.of(
                System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows") ? "CON" : "/dev/tty");
        try {
            return Optional.of(Files.newOutputStream(terminal, StandardOpenOption.WRITE));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
