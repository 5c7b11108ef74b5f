package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.history.Measure;
import dev.vllmjunit.history.Past;
import dev.vllmjunit.history.Review;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

class TrendChartTest {

    private final Past past;
    private final Path directory;

    TrendChartTest(@TempDir Path directory) {
        this.directory = directory;
        this.past = Past.in(directory.resolve("history"));
    }

    @Test
    void aMarkPerResultALinePerLevelAndOnePerChange() {
        Review review = steppedReview();

        XYChart chart = TrendChart.of(review, review.trends().get(0));

        assertThat(chart.getTitle()).isEqualTo("Mean time to first token, S3_ONLY (modelled)");
        assertThat(chart.getSeriesCollection().stream().map(XYSeries::getName).toList())
                .containsExactly(
                        "earlier results", "this result", "level until 20", "level", "accepted baseline", "change 20");
        assertThat(xs(chart, "earlier results")).hasSize(30);
        assertThat(xs(chart, "change 20")).containsExactly(19.5, 19.5);
    }

    @Test
    void theReportHasAChartPerFigureAndATableOfChanges() throws IOException {
        new Reports(directory, directory.resolve("allure"), "class", text -> text).history(steppedReview());

        Path section = directory.resolve("runs/class/01-history-s3-only");
        assertThat(section.toFile().list())
                .containsExactlyInAnyOrder(
                        "history.html",
                        "history.txt",
                        "trend-mean-time-to-first-token.png",
                        "trend-p50-time-to-first-token.png",
                        "trend-mean-time-per-output-token.png",
                        "trend-throughput.png");
        assertThat(Files.readString(section.resolve("history.txt")))
                .containsPattern("mean time to first token +\\| 2026-03-21T02:00:00Z \\| +502 ms +\\| +566 ms \\| "
                        + "\\+12\\.6 % +\\| worse");
    }

    @Test
    void anAcceptanceIsShownAgainstWhatWasBefore() {
        past.nights(20, 500).accept("as it should be");
        past.nights(10, 560);
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        ProgressReport progress = new ProgressReport(
                Optional::empty, new PrintStream(console, true, StandardCharsets.UTF_8), text -> text);

        progress.accepted(past.accept("the model checks more"));
        progress.accepted(past.accept("again"));

        assertThat(console.toString(StandardCharsets.UTF_8))
                .containsPattern("mean time to first token +\\| +502 ms \\| +56\\d ms \\| \\+1\\d")
                .contains("Accepted, from 10 results since 2026-03-21T02:00:00Z: ")
                .contains("Nothing changed: this is the baseline already, since 2026-03-21T02:00:00Z: ");
    }

    @Test
    void twoResultsAreNoHistoryYet() {
        past.nights(1, 500);

        new Reports(directory, directory.resolve("allure"), "class", text -> text)
                .history(past.history().review(past.tonight(500), Measure.MAIN));

        assertThat(directory.resolve("runs")).doesNotExist();
        assertThat(Charts.of(past.history().review(past.tonight(500), List.of())))
                .isEmpty();
    }

    private static double[] xs(XYChart chart, String series) {
        return chart.getSeriesCollection().stream()
                .filter(one -> one.getName().equals(series))
                .findFirst()
                .orElseThrow()
                .getXData();
    }

    private Review steppedReview() {
        past.nights(20, 500).accept("as it should be");
        past.nights(10, 560);
        return past.history().review(past.tonight(560), Measure.MAIN);
    }
}
