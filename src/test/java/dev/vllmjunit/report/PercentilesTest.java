package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.evidence.CacheState;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A percentile stands under its own name in every table. */
class PercentilesTest {

    private final RunFigures run = RunFigures.of(Runs.valid(CacheState.EMPTY, 400));
    private final LatencyFigures ttft = run.ttftMs();

    @Test
    void figuresAreNumPysPercentilesInMilliseconds() {
        LatencyFigures figures = LatencyFigures.of(
                IntStream.rangeClosed(1, 400).mapToDouble(ms -> ms * 1e6).toArray());

        assertThat(figures.samples()).isEqualTo(400);
        assertThat(figures.mean()).isCloseTo(200.5, within(1e-9));
        assertThat(figures.standardDeviation()).isCloseTo(Math.sqrt(400 * 401 / 12.0), within(1e-9));
        assertThat(figures.min()).isEqualTo(1);
        assertThat(figures.p50()).isCloseTo(200.5, within(1e-9));
        assertThat(figures.p90()).isCloseTo(360.1, within(1e-9));
        assertThat(figures.p95()).isCloseTo(380.05, within(1e-9));
        assertThat(figures.p99()).isCloseTo(396.01, within(1e-9));
        assertThat(figures.max()).isEqualTo(400);
    }

    @Test
    void oneSampleHasAMeanAndNoSpread() {
        LatencyFigures one = LatencyFigures.of(new double[] {2e6});

        assertThat(one).isEqualTo(new LatencyFigures(1, 2.0, null, 2.0, null, null, null, null, 2.0));
    }

    @Test
    void ofARun() {
        Table latencies = RunTables.of(run).stream()
                .filter(table -> table.caption().equals("Latencies (modelled)"))
                .findFirst()
                .orElseThrow();

        assertThat(latencies.header()).containsExactly("", "samples", "mean", "p50", "p90", "p95", "p99", "max");
        assertThat(latencies.rows().get(0))
                .containsExactly(
                        "time to first token",
                        "400",
                        Numbers.millis(ttft.mean()),
                        Numbers.millis(ttft.p50()),
                        Numbers.millis(ttft.p90()),
                        Numbers.millis(ttft.p95()),
                        Numbers.millis(ttft.p99()),
                        Numbers.millis(ttft.max()))
                .doesNotHaveDuplicates();
    }

    @Test
    void onTheConsole() {
        Table summary = SummaryTable.of("documents", List.of(run));

        assertThat(cell(summary, "TTFT mean")).isEqualTo(Numbers.millis(ttft.mean()));
        assertThat(cell(summary, "p50")).isEqualTo(Numbers.millis(ttft.p50()));
        assertThat(cell(summary, "p95")).isEqualTo(Numbers.millis(ttft.p95())).isNotEqualTo(cell(summary, "p50"));
    }

    @Test
    void sideBySide() {
        assertThat(ComparisonTable.of(List.of(run)).rows())
                .contains(
                        List.of("TTFT mean", Numbers.millis(ttft.mean())),
                        List.of("TTFT p50", Numbers.millis(ttft.p50())),
                        List.of("TTFT p95", Numbers.millis(ttft.p95())));
    }

    private static String cell(Table table, String column) {
        return table.rows().get(0).get(table.header().indexOf(column));
    }
}
