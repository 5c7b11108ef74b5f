package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Hop;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunTablesTest {

    private final RunFigures run = RunFigures.of(Runs.valid(CacheState.S3_ONLY, 100));

    @Test
    void hopsAddUpToTheMeanTimeToFirstToken() {
        List<List<String>> rows =
                table("Mean time to first token by hop (modelled)").rows();

        assertThat(rows).hasSize(Hop.values().length + 1);
        assertThat(rows.get(List.of(Hop.values()).indexOf(Hop.PREFILL)))
                .startsWith(Hop.PREFILL.label(), Numbers.millis(run.hopMeanMs(Hop.PREFILL)));
        assertThat(rows.get(Hop.values().length))
                .containsExactly(
                        "time to first token", Numbers.millis(run.ttftMs().mean()), "100.0 %");
        assertThat(rows.subList(0, Hop.values().length).stream()
                        .mapToDouble(row -> Double.parseDouble(row.get(2).replace(" %", "")))
                        .sum())
                .isCloseTo(100, within(0.05 * Hop.values().length));
    }

    @Test
    void sourcesAddUpToAllPromptTokens() {
        List<List<String>> rows = table("Where prompt tokens came from").rows();

        assertThat(rows)
                .startsWith(
                        List.of("computed by prefill", "200,000", "10.0 %"),
                        List.of("from prefill's own prefix cache", "1,600,320", "80.0 %"),
                        List.of("from host memory", "0", "0.0 %"),
                        List.of("from S3", "199,680", "10.0 %"),
                        List.of("all prompt tokens", "2,000,000", "100.0 %"),
                        List.of("pulled by decode", "2,000,000", "100.0 %"),
                        List.of("computed by decode", "0", "0.0 %"),
                        List.of("output tokens", "2,000", "–"));
    }

    @Test
    void theHeadlineCountsAnswersAndFailures() {
        assertThat(table("Run").rows())
                .contains(
                        List.of("verdict", "VALID"),
                        List.of("requests", "100, failed 0"),
                        List.of("cache hit rate, prefill side", "90.0 %"),
                        List.of("compute savings", "90.0 %"));
        assertThat(RunTables.of(RunFigures.of(Runs.failed(3)))).anySatisfy(table -> assertThat(table.rows())
                .contains(List.of("verdict", "INVALID"), List.of("requests", "3, failed 3")));
    }

    private Table table(String caption) {
        return RunTables.of(run).stream()
                .filter(table -> table.caption().equals(caption))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no table " + caption + " among "
                        + RunTables.of(run).stream().map(Table::caption).toList()));
    }
}
