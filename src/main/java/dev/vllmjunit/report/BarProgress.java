package dev.vllmjunit.report;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on a terminal, wiped when the run is over. */
final class BarProgress implements RunProgress {

    private static final int WIDTH = 100;
    private static final int LONGEST_LABEL = 40;

    private final ProgressBar bar;
    private final RunProgress after;

    BarProgress(String label, int total, OutputStream terminal, RunProgress after) {
        this.after = after;
        bar = new ProgressBarBuilder()
                .setTaskName(label.length() > LONGEST_LABEL ? label.substring(0, LONGEST_LABEL - 3) + "..." : label)
                .setInitialMax(total)
                .setUpdateIntervalMillis(250)
                .setStyle(ProgressBarStyle.ASCII)
                .continuousUpdate()
                .clearDisplayOnFinish()
                .setConsumer(new TerminalLine(new PrintStream(terminal, true, StandardCharsets.UTF_8)))
                .build();
    }

    @Override
    public void accept(int finished) {
        bar.stepTo(finished);
        after.accept(finished);
    }

    @Override
    public void close() {
        bar.close();
        after.close();
    }

    /** One line that is drawn over and over; leaves no empty line behind. */
    private static final class TerminalLine extends ConsoleProgressBarConsumer {

        private final PrintStream terminal;

        TerminalLine(PrintStream terminal) {
            super(terminal, WIDTH);
            this.terminal = terminal;
        }

        @Override
        public void close() {
            terminal.close();
        }
    }
}
