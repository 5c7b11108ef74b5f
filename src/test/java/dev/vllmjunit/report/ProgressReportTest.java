package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressReportTest {

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);

    @Test
    void withoutATerminalThereIsALineAtTheStartAndOneAtTheEnd() {
        ProgressReport report = new ProgressReport(Optional::empty, out, text -> text);

        try (RunProgress progress = report.start("documents, EMPTY", 30)) {
            assertThat(printed()).isEqualTo("Running documents, EMPTY: 30 requests" + System.lineSeparator());
            progress.accept(29);
        }

        assertThat(printed().lines().toList().get(1))
                .matches("Ran documents, EMPTY: 29 of 30 requests finished in \\d+\\.\\d s");
        assertThat(printed()).doesNotContain("\r").hasLineCount(2);
    }

    @Test
    void onATerminalThereIsABarAndALineAtTheEnd() {
        ProgressReport report = new ProgressReport(() -> Optional.of(terminal), out, text -> text);

        try (RunProgress progress = report.start("documents, EMPTY", 30)) {
            progress.accept(30);
        }

        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .contains("documents, EMPTY", "30/30", "100%")
                .doesNotContain("\n");
        assertThat(printed())
                .startsWith("Ran documents, EMPTY: 30 of 30 requests")
                .hasLineCount(1);
    }

    @Test
    void theSummaryShowsTheFiguresAndThatTheyAreModelled() {
        new ProgressReport(Optional::empty, out, text -> text).summary(Runs.valid(CacheState.S3_ONLY, 100));

        assertThat(printed())
                .contains("| S3_ONLY |      100 |      0 |")
                .contains("modelled")
                .contains("80.0 % / 0.0 % / 10.0 %")
                .contains("VALID");
    }

    @Test
    void anInvalidRunSaysWhyWithoutSecrets() {
        new ProgressReport(Optional::empty, out, text -> text.replace("s3cr3t", "****"))
                .summary(Runs.with(
                        CacheState.EMPTY,
                        30,
                        List.of(new Problem(InvalidReason.REQUESTS_FAILED, "refused s3cr3t")),
                        Map.of()));

        assertThat(printed())
                .contains("INVALID (REQUESTS_FAILED): refused ****")
                .doesNotContain("s3cr3t");
    }

    @Test
    void aLineIsMaskedToo() {
        new ProgressReport(Optional::empty, out, text -> text.replace("s3cr3t", "****")).line("key s3cr3t");

        assertThat(printed()).isEqualTo("key ****" + System.lineSeparator());
    }

    private String printed() {
        return console.toString(StandardCharsets.UTF_8);
    }
}
