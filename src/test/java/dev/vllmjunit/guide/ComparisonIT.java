package dev.vllmjunit.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.report.Reports;
import dev.vllmjunit.report.ResultsFile;
import dev.vllmjunit.topology.Masking;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The guide's last step: both configurations side by side, from the files that their runs in this build left. */
@Tag("comparison")
@DisplayName("NIXL only against NIXL and S3")
class ComparisonIT {

    private static final Path REPORTS = Path.of(System.getProperty("vllm.reports.dir", "reports"));

    @Test
    @DisplayName("Documents that S3 keeps are answered sooner than documents that are computed")
    void warmS3BeatsNixlOnly() {
        ResultsFile nixlOnly = ResultsFile.read(REPORTS.resolve("results/results-nixl-only.json"));
        ResultsFile nixlS3 = ResultsFile.read(REPORTS.resolve("results/results-nixl-s3.json"));
        Path allureResults = Path.of(System.getProperty("allure.results.directory", "allure-results"));
        new Reports(REPORTS, allureResults, getClass().getName(), Masking.ofProcess()::mask)
                .profiles("NIXL only against NIXL and S3", List.of(nixlOnly, nixlS3));

        assertThat(nixlS3.verdict()).isEqualTo("VALID");
        assertThat(nixlOnly.verdict()).isEqualTo("VALID");
        assertThat(nixlS3.ttftMean()).isLessThan(nixlOnly.ttftMean());
        assertThat(nixlS3.throughput()).isGreaterThan(nixlOnly.throughput());
    }
}
