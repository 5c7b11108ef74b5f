package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.stats.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgreementReportTest {

    @Test
    void showsTimesCountersAndWhatDiffers(@TempDir Path reports) throws IOException {
        AgreementReport report = new AgreementReport(reports, "a laptop");
        report.predicted("cold", 1_500, Sample.of(0.180, 0.190, 0.200, 0.200, 0.210, 0.240), Sample.of(0.190));
        report.predicted("S3 only", 1_500, Sample.of(0.100), Sample.of(0.125));
        report.request("first", Map.of("prompt", 1_500L, "computed", 1_500L), List.of());
        report.request("second", Map.of("prompt", 1_500L), List.of("device is 1408 here, 1280 there"));
        report.timing("local", Map.of("state", "cold"));
        report.publish();

        Path directory = AgreementReport.directory(reports);
        assertThat(directory).isEqualTo(reports.resolve("agreement"));
        assertThat(Files.readString(directory.resolve("agreement.txt")))
                .contains("predicted (modelled)", "a laptop")
                .containsPattern("cold, 1,500 tokens +\\| +6 \\| +200 ms \\| +180 ms to 240 ms \\| +190 ms \\| +-5.0 %")
                .contains("all 2 equal", "device is 1408 here, 1280 there");
        assertThat(directory.resolve("agreement.html")).content().contains("<img alt=\"Time to first token");
        assertThat(directory.resolve("ttft.png")).isNotEmptyFile();
        assertThat(directory.resolve("timings.csv")).hasContent("stack,state\nlocal,cold\n");
        assertThat(report.errors(List.of("S3 only")))
                .hasSize(1)
                .hasEntrySatisfying("S3 only, 1,500 tokens", error -> assertThat(error.best())
                        .isCloseTo(0.25, within(1e-9)));
    }

    @Test
    void anErrorWithinTheNoiseIsNeitherWithinNorOutside() {
        AgreementReport.Error noisy = new AgreementReport.Error(0.25, 0.1, 0.4);

        assertThat(noisy.within(0.2)).isFalse();
        assertThat(noisy.outside(0.2)).isFalse();
        assertThat(noisy.outside(0.05)).isTrue();
        assertThat(new AgreementReport.Error(-0.3, -0.4, -0.25).outside(0.2)).isTrue();
        assertThat(new AgreementReport.Error(-0.1, -0.4, 0.2).within(0.2)).isTrue();
    }
}
