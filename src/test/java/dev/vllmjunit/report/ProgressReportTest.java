package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.assertion.ExpectationOutcome;
import dev.vllmjunit.assertion.Verdict;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.topology.Expectation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
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
    void aTestEndsInOneLine() {
        ProgressReport report = new ProgressReport(Optional::empty, out, text -> text.replace("s3cr3t", "****"));

        report.verdict(new TestVerdict("A.a", Verdict.PASS, null, "", 1));
        report.verdict(new TestVerdict("A.b", Verdict.FAIL, null, "\nExpecting s3cr3t:\n  2 s\nto be less", 1));
        report.verdict(new TestVerdict(
                "A.c", Verdict.INVALID, InvalidReason.INCONCLUSIVE, "INVALID (INCONCLUSIVE): left open\n  by", 1));
        report.verdict(new TestVerdict("A.d", Verdict.FAIL, null, "word ".repeat(100), 1));

        assertThat(printed().lines())
                .containsExactly(
                        "PASS  A.a",
                        "FAIL  A.b  Expecting ****: 2 s to be less",
                        "INVALID (INCONCLUSIVE)  A.c  left open by",
                        "FAIL  A.d  " + "word ".repeat(40) + "word…");
    }

    @Test
    void aLineIsMaskedToo() {
        new ProgressReport(Optional::empty, out, text -> text.replace("s3cr3t", "****")).line("key s3cr3t");

        assertThat(printed()).isEqualTo("key ****" + System.lineSeparator());
    }

    @Test
    void noLineNorBarNorTableHoldsWhatIsMasked() {
        UnaryOperator<String> mask = text -> text.replace("nixl-bucket", "****").replace("documents", "****");

        new ProgressReport(Optional::empty, out, mask).start("nixl-bucket", 30).close();
        new ProgressReport(() -> Optional.of(terminal), out, mask)
                .start("nixl-bucket", 30)
                .close();
        new ProgressReport(Optional::empty, out, mask).summary(Runs.valid(CacheState.EMPTY, 30));
        new ProgressReport(Optional::empty, out, mask).expectations(List.of(undecided("nixl-bucket is not there")));

        assertThat(printed())
                .contains("Running ****: 30 requests", "Ran ****: 0 of 30", "10 **** x 20000", "**** is not there")
                .doesNotContain("nixl-bucket")
                .doesNotContain("documents");
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .contains("****", "0/30")
                .doesNotContain("nixl-bucket");
    }

    private static ExpectationOutcome undecided(String why) {
        return new ExpectationOutcome(
                new Expectation(
                        "mean TTFT",
                        "EMPTY",
                        Expectation.Metric.TTFT_MEAN,
                        Optional.empty(),
                        new Expectation.Range(1, 2),
                        Map.of()),
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Verdict.INVALID,
                why);
    }

    private String printed() {
        return console.toString(StandardCharsets.UTF_8);
    }
}
