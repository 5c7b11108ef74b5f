package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.HopBreakdown;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;

class ChartsTest {

    private final ChartRuns states = ChartRuns.of(Arrays.stream(CacheState.values())
            .map(state -> RunFigures.of(Runs.valid(state, 100)))
            .toList());

    @Test
    void barsShowTheMeanAndMarksThePercentiles() {
        CategoryChart chart = BarCharts.timeToFirstToken(states);

        assertThat(chart.getTitle()).isEqualTo("Time to first token (modelled)");
        assertThat(chart.getYAxisTitle()).isEqualTo("time to first token, ms (bars: mean)");
        CategorySeries s3 = chart.getSeries("S3_ONLY");
        assertThat(s3.getYData()[1]).isEqualTo(states.runs().get(1).ttftMs().mean());
        assertThat(s3.getFillColor()).isEqualTo(Palette.of(CacheState.S3_ONLY));
        assertThat(chart.getSeries("p50").getYData()[0])
                .isEqualTo(states.runs().get(0).ttftMs().p50());
        assertThat(chart.getSeries("p95").getYData()[0])
                .isEqualTo(states.runs().get(0).ttftMs().p95());
    }

    @Test
    void aPercentileOfTooFewSamplesHasNoMark() {
        CategoryChart chart =
                BarCharts.timeToFirstToken(ChartRuns.of(List.of(RunFigures.of(Runs.valid(CacheState.EMPTY, 30)))));

        assertThat(chart.getSeriesCollection())
                .extracting(CategorySeries::getName)
                .containsExactly("EMPTY", "p50");
    }

    @Test
    void stackedHopsReachTheMeanTimeToFirstToken() {
        CategoryChart chart = HopCharts.means(states);

        assertThat(chart.getTitle()).isEqualTo("Where the mean time to first token goes (modelled)");
        IntStream.range(0, 3).forEach(i -> assertThat(chart.getSeriesCollection().stream()
                        .mapToDouble(series -> series.getYData()[i])
                        .sum())
                .isCloseTo(states.runs().get(i).ttftMs().mean(), within(1e-6)));
    }

    @Test
    void ofVeryManyRequestsSomeAreShownAndTheTitleSaysSo() {
        BenchmarkResult result = Runs.valid(CacheState.EMPTY, 500);
        CategoryChart chart =
                HopCharts.requests(ChartRuns.of(List.of(RunFigures.of(result))), HopBreakdown.byIndex(result));

        assertThat(chart.getTitle())
                .isEqualTo("Where each request's time to first token goes (120 of 500 requests), EMPTY (modelled)");
        assertThat(chart.getSeries("prefill").getYData()).hasSize(120);
    }

    @Test
    void theDistributionRisesFromNoneToAllRequests() {
        XYChart chart = DistributionChart.of(states);

        assertThat(chart.getXAxisTitle()).isEqualTo("time to first token, ms (logarithmic)");
        double[] shares = chart.getSeries("EMPTY").getYData();
        assertThat(shares[0]).isZero();
        assertThat(shares[shares.length - 1]).isEqualTo(100);
        assertThat(shares).isSorted();
    }

    @Test
    void aMeasuredRunIsNotCalledModelledAndAMixIsCalledOne() {
        RunFigures modelled = RunFigures.of(Runs.valid(CacheState.EMPTY, 30));
        RunFigures measured = RunFigures.of(Runs.measured(CacheState.EMPTY, 30));

        assertThat(ChartRuns.of(List.of(measured)).title("T")).isEqualTo("T, EMPTY");
        assertThat(ChartRuns.of(List.of(modelled, measured)).title("T")).isEqualTo("T (in part modelled)");
        assertThat(ChartRuns.of(List.of(modelled, measured)).names())
                .containsExactly("embedded, EMPTY", "attach, EMPTY");
    }

    @Test
    void chartsAreImagesOfTwiceTheirSize() throws IOException {
        List<ChartImage> charts = Charts.of(states.runs());

        assertThat(charts)
                .extracting(ChartImage::name)
                .containsExactly("ttft", "throughput", "hops", "ttft-distribution");
        for (ChartImage chart : charts) {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(chart.png()));
            assertThat(image.getWidth()).isEqualTo(1920);
            assertThat(Arrays.stream(image.getRGB(0, 0, 1920, image.getHeight(), null, 0, 1920))
                            .distinct()
                            .count())
                    .isGreaterThan(10);
        }
    }
}
