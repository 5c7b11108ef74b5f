package dev.vllmjunit.differences;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.stats.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * How often a comparison at 95 % errs, on whole embedded stacks: 200 comparisons of a stack with itself, and 200 with one whose
 * modelled time of computing is 10 % longer; 5 repetitions by turns of 5 documents each.
 */
@Tag("statistics")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DifferencesIT {

    private static final int TRIALS = 200;
    private static final int LANES = 12;
    private static final int REPETITIONS = 5;
    private static final int DOCUMENTS = 5;
    private static final int WARM_UP = 3;
    private static final double SLOWDOWN = 1.1;

    private final List<Trial> trials = new ArrayList<>();

    /** Mostly they wait for modelled times, so that several pairs of stacks do so at a time. */
    @BeforeAll
    void measure(@TempDir Path directory) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(LANES);
        try {
            List<Future<List<Trial>>> lanes = IntStream.range(0, LANES)
                    .mapToObj(lane -> threads.submit(() -> trials(directory.resolve("lane-" + lane), lane)))
                    .toList();
            for (Future<List<Trial>> lane : lanes) {
                trials.addAll(lane.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Trial> trials(Path directory, int number) {
        try (Lane lane = new Lane(directory, DOCUMENTS, SLOWDOWN)) {
            IntStream.range(0, WARM_UP).forEach(i -> lane.trial(REPETITIONS));
            return IntStream.range(0, TRIALS)
                    .filter(trial -> trial % LANES == number)
                    .mapToObj(trial -> lane.trial(REPETITIONS))
                    .toList();
        }
    }

    @Test
    void aStackIsSeldomCalledDifferentFromItself() {
        long claimed = count(trial -> Trial.differ(trial.stack(), trial.again()));
        long bySingleRuns = count(trial -> Trial.singleRunsDiffer(trial.stack(), trial.again()));
        System.out.println("A/A: " + claimed + " of " + TRIALS
                + " comparisons of a stack with itself claim a difference; by documents of"
                + " single runs it would be " + bySingleRuns + "; " + spread(Trial::stack));

        assertThat(claimed)
                .as("differences claimed where there is none: at most 5 %%, within what chance allows of %d", TRIALS)
                .isLessThanOrEqualTo(BinomialDistribution.of(TRIALS, 0.05).inverseCumulativeProbability(0.99));
    }

    @Test
    void tenPercentMoreComputingIsFound() {
        long found = count(trial -> Trial.differ(trial.stack(), trial.slower()));
        System.out.println("A/B: " + found + " of " + TRIALS
                + " comparisons with a stack that computes 10 % longer find it; " + spread(Trial::slower));

        assertThat(found).isGreaterThanOrEqualTo(Math.round(0.9 * TRIALS));
    }

    private long count(Predicate<Trial> claims) {
        return trials.stream().filter(claims).count();
    }

    private String spread(Function<Trial, double[][]> side) {
        Sample means = Sample.of(trials.stream()
                .flatMapToDouble(trial -> Arrays.stream(Trial.means(side.apply(trial))))
                .toArray());
        return String.format(
                Locale.ROOT,
                "mean TTFT of a run %.2f ms, standard deviation among runs %.2f ms",
                means.mean() / 1e6,
                means.standardDeviation() / 1e6);
    }
}
