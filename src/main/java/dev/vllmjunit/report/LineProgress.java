package dev.vllmjunit.report;

import java.io.PrintStream;
import java.util.Locale;

/** A run's last line; where there is no terminal, its first one too. */
final class LineProgress implements RunProgress {

    private final String label;
    private final int total;
    private final PrintStream out;
    private final long startNanos = System.nanoTime();
    private volatile int done;

    LineProgress(String label, int total, PrintStream out) {
        this.label = label;
        this.total = total;
        this.out = out;
    }

    LineProgress announced() {
        out.println("Running " + label + ": " + total + " requests");
        return this;
    }

    @Override
    public void accept(int finished) {
        done = finished;
    }

    @Override
    public void close() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        out.printf(Locale.ROOT, "Ran %s: %d of %d requests finished in %.1f s%n", label, done, total, seconds);
    }
}
