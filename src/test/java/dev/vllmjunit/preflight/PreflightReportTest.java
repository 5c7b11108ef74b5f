package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PreflightReportTest {

    private static final PreflightReport REPORT = new PreflightReport(List.of(
            new Row(CheckId.DRIVER, "mi300x", Finding.ok("amdgpu 6.12.12")),
            new Row(CheckId.PORTS, "mi300x", Finding.failed("taken: 8000 (prefill-0)", "pin another port")),
            new Row(CheckId.S3_DNS, "gaudi3", Finding.notChecked("no getent on gaudi3", "look at it by hand"))));

    @Test
    void isATable() {
        assertThat(REPORT.table().lines())
                .containsExactly(
                        "+--------+--------+-------------+-------------------------+--------------------+",
                        "| check  | where  | status      | found                   | what to do         |",
                        "+--------+--------+-------------+-------------------------+--------------------+",
                        "| driver | mi300x | ok          | amdgpu 6.12.12          |                    |",
                        "| ports  | mi300x | failed      | taken: 8000 (prefill-0) | pin another port   |",
                        "| s3-dns | gaudi3 | not checked | no getent on gaudi3     | look at it by hand |",
                        "+--------+--------+-------------+-------------------------+--------------------+",
                        "1 ok, 0 warning, 1 failed, 1 not checked");
    }

    @Test
    void showsTroublesAlone() {
        assertThat(REPORT.troubles()).contains("8000", "getent").doesNotContain("amdgpu");
    }

    @Test
    void isJson() {
        assertThat(new PreflightReport(REPORT.rows().subList(1, 2)).json())
                .isEqualToIgnoringWhitespace(
                        """
                        {"passed": false, "rows": [{"check": "ports", "where": "mi300x", "status": "failed",
                          "found": "taken: 8000 (prefill-0)", "remedy": "pin another port"}]}
                        """);
    }

    @Test
    void onlyAFailureKeepsFromAStart() {
        assertThat(REPORT.passed()).isFalse();
        assertThat(new PreflightReport(REPORT.rows().subList(2, 3)).passed()).isTrue();
    }
}
