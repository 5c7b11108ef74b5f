package dev.vllmjunit.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.LogNormalDistribution;
import org.apache.commons.statistics.distribution.ParetoDistribution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of 1,000 intervals of 95 % confidence 930 to 970 hold the truth, at the numbers of units given here. */
@Tag("statistics")
class CoverageIT {

    private static final int TRIALS = 1_000;
    private static final double CONFIDENCE = 0.95;
    private static final ContinuousDistribution NOISE = LogNormalDistribution.of(0, 0.1);

    /** What is observed: latencies of a long tail, of a longer one, of hits and misses, and of a power law's finite variance. */
    private enum Population {
        SKEWED(LogNormalDistribution.of(0, 0.5)),
        VERY_SKEWED(LogNormalDistribution.of(0, 1)),
        HEAVY_TAIL(ParetoDistribution.of(1, 3)),
        HITS_AND_MISSES(LogNormalDistribution.of(0, 0.2)) {
            @Override
            double draw(SplittableRandom random) {
                return (random.nextDouble() < 0.6 ? 1 : 10) * super.draw(random);
            }

            @Override
            double mean() {
                return (0.6 + 0.4 * 10) * super.mean();
            }
        };

        private final ContinuousDistribution distribution;

        Population(ContinuousDistribution distribution) {
            this.distribution = distribution;
        }

        double draw(SplittableRandom random) {
            return CoverageIT.draw(distribution, random);
        }

        double mean() {
            return distribution.getMean();
        }

        double[] draw(int n, SplittableRandom random) {
            return IntStream.range(0, n).mapToDouble(i -> draw(random)).toArray();
        }
    }

    /** Order statistics jump: these are numbers of values at which the exact confidence is close to what is asked for. */
    @ParameterizedTest
    @CsvSource({"0.5, 17", "0.5, 67", "0.9, 36", "0.9, 400", "0.95, 900", "0.99, 900"})
    void ofQuantiles(double q, int n, TestInfo test) {
        double truth = Population.VERY_SKEWED.distribution.inverseCumulativeProbability(q);

        assertThat(exactCoverage(q, n)).isBetween(0.95, 0.96);
        assertCoverage(test, random -> Sample.of(Population.VERY_SKEWED.draw(n, random))
                .quantileInterval(q, CONFIDENCE)
                .orElseThrow()
                .contains(truth));
    }

    private static double exactCoverage(double q, int n) {
        Interval ranks = Sample.of(IntStream.rangeClosed(1, n).asDoubleStream().toArray())
                .quantileInterval(q, CONFIDENCE)
                .orElseThrow();
        return BinomialDistribution.of(n, q).probability((int) ranks.low() - 1, (int) ranks.high() - 1);
    }

    @ParameterizedTest
    @CsvSource({"SKEWED, 100", "HITS_AND_MISSES, 20", "HITS_AND_MISSES, 100", "VERY_SKEWED, 200", "HEAVY_TAIL, 1000"})
    void ofMeans(Population population, int n, TestInfo test) {
        assertCoverage(test, random -> Bootstrap.mean(population.draw(n, random), CONFIDENCE)
                .orElseThrow()
                .contains(population.mean()));
    }

    /** One to five requests of a document are alike, so that as many independent values would know far more. */
    @ParameterizedTest
    @CsvSource({"SKEWED, 300", "HITS_AND_MISSES, 100"})
    void ofMeansOfDependentValues(Population population, int documents, TestInfo test) {
        assertCoverage(test, random -> {
            double[][] clusters = IntStream.range(0, documents)
                    .mapToObj(i -> noisy(population.draw(random), 1 + random.nextInt(5), random))
                    .toArray(double[][]::new);
            return Bootstrap.mean(clusters, CONFIDENCE).orElseThrow().contains(population.mean() * NOISE.getMean());
        });
    }

    @ParameterizedTest
    @CsvSource({
        "SKEWED, 20",
        "SKEWED, 100",
        "HITS_AND_MISSES, 100",
        "VERY_SKEWED, 100",
        "HEAVY_TAIL, 50",
        "HEAVY_TAIL, 100",
        "HEAVY_TAIL, 200"
    })
    void ofRatiosOfPairs(Population population, int documents, TestInfo test) {
        assertCoverage(test, random -> {
            double[] truths = population.draw(documents, random);
            double[][] slow = Arrays.stream(truths)
                    .mapToObj(truth -> noisy(2 * truth, 2, random))
                    .toArray(double[][]::new);
            double[][] fast = Arrays.stream(truths)
                    .mapToObj(truth -> noisy(truth, 1, random))
                    .toArray(double[][]::new);
            return holdsTwo(Comparison.paired(slow, fast, CONFIDENCE));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "SKEWED, 20",
        "HITS_AND_MISSES, 100",
        "VERY_SKEWED, 50",
        "VERY_SKEWED, 100",
        "VERY_SKEWED, 200",
        "HEAVY_TAIL, 50",
        "HEAVY_TAIL, 100"
    })
    void ofRatiosOfIndependentValues(Population population, int n, TestInfo test) {
        assertCoverage(
                test,
                random -> holdsTwo(Comparison.independent(
                        twice(population.draw(n, random)), population.draw(n, random), CONFIDENCE)));
    }

    @ParameterizedTest
    @CsvSource({"SKEWED, 3", "SKEWED, 5", "VERY_SKEWED, 5", "HEAVY_TAIL, 10"})
    void ofRatiosOfRepetitions(Population population, int repetitions, TestInfo test) {
        assertCoverage(
                test,
                random -> holdsTwo(Comparison.repeated(
                        twice(population.draw(repetitions, random)),
                        population.draw(repetitions, random),
                        CONFIDENCE)));
    }

    private static void assertCoverage(TestInfo test, Function<SplittableRandom, Boolean> trial) {
        SplittableRandom random = new SplittableRandom(2_026);
        int covered = 0;
        for (int i = 0; i < TRIALS; i++) {
            covered += trial.apply(random) ? 1 : 0;
        }
        System.out.println("coverage " + test.getTestMethod().orElseThrow().getName() + " " + test.getDisplayName()
                + ": " + covered + " of " + TRIALS);
        assertThat(covered).isBetween(930, 970);
    }

    private static boolean holdsTwo(Comparison comparison) {
        return comparison.interval().orElseThrow().contains(2);
    }

    private static double[] twice(double[] values) {
        return Arrays.stream(values).map(value -> 2 * value).toArray();
    }

    private static double[] noisy(double value, int n, SplittableRandom random) {
        return IntStream.range(0, n)
                .mapToDouble(i -> value * draw(NOISE, random))
                .toArray();
    }

    private static double draw(ContinuousDistribution distribution, SplittableRandom random) {
        return distribution.inverseCumulativeProbability(random.nextDouble());
    }
}
