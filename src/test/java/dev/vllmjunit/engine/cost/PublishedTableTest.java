package dev.vllmjunit.engine.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.engine.cost.PublishedTable.Figure;
import dev.vllmjunit.engine.cost.PublishedTable.Path;
import dev.vllmjunit.topology.Accelerator;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PublishedTableTest {

    @BeforeAll
    static void print(TestReporter reporter) {
        reporter.publishEntry("modelled against published", "\n" + PublishedTable.markdown());
    }

    static Stream<Figure> heldOut() {
        return PublishedTable.figures().stream().filter(figure -> !figure.fitted() && !unreached(figure));
    }

    @ParameterizedTest
    @MethodSource
    void heldOut(Figure figure) {
        assertThat(figure.error()).isBetween(-0.15, 0.15);
    }

    @Test
    void holdsOutHalfOfTheFigures() {
        assertThat(PublishedTable.figures().stream().filter(Figure::fitted)).hasSize(11);
        assertThat(PublishedTable.figures()).hasSize(22);
    }

    @Test
    void ownsUpToTheFiguresItDoesNotReach() {
        assertThat(PublishedTable.figures().stream().filter(PublishedTableTest::unreached))
                .hasSize(2)
                .allSatisfy(figure -> assertThat(figure.error()).isBetween(-0.22, -0.15));
    }

    @Test
    void noNeighbourFitsBetter() {
        double best = squaredErrors(Fit.PUBLISHED);

        assertThat(neighbours(Fit.PUBLISHED))
                .allSatisfy(fit -> assertThat(squaredErrors(fit)).isGreaterThan(best));
    }

    @Test
    void rendersARowPerFigure() {
        assertThat(PublishedTable.markdown().lines())
                .hasSize(24)
                .contains("| AMD Instinct MI300X TP8 | meta-llama/Llama-3.3-70B-Instruct | 130,900 | computed |"
                        + " 21.056 | 20.910 | -0.7 % | fitted |");
    }

    private static boolean unreached(Figure figure) {
        return figure.accelerator() == Accelerator.GAUDI && figure.path() == Path.S3_NIXL_OBJ;
    }

    private static double squaredErrors(Fit fit) {
        return PublishedTable.figures().stream()
                .filter(Figure::fitted)
                .mapToDouble(figure -> figure.modelled(fit) / figure.seconds() - 1)
                .map(error -> error * error)
                .sum();
    }

    /** Each parameter 0.2 % smaller and 0.2 % greater. */
    private static List<Fit> neighbours(Fit fit) {
        return IntStream.range(0, 14)
                .mapToObj(i -> {
                    double[] f = new double[7];
                    Arrays.fill(f, 1);
                    f[i / 2] = i % 2 == 0 ? 0.998 : 1.002;
                    return new Fit(
                            f[0] * fit.utilisation(),
                            f[1] * fit.rocmExchange(),
                            f[2] * fit.gaudiExchange(),
                            f[3] * fit.hostLink(),
                            f[4] * fit.gaudiLink(),
                            f[5] * fit.rankLink(),
                            f[6] * fit.objectClient());
                })
                .toList();
    }
}
