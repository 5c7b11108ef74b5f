package dev.vllmjunit.report;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code results-PROFILE.json}: the guide's five keys of one run, next to all runs of the profile. In JSON the keys are in
 * snake_case: {@code throughput}, {@code ttft_mean}, {@code ttft_p50}, {@code ttft_p95}, {@code total_time}. Immutable.
 *
 * @param profile the profile's name
 * @param verdict VALID, INVALID or FAIL, of the headline run
 * @param modelled whether the times come from a model of the hardware
 * @param problems why the headline run is INVALID
 * @param throughput output tokens per second
 * @param ttftMean mean time to first token in ms; null without a successful request
 * @param ttftP50 its median in ms; null when there are too few samples
 * @param ttftP95 its 95th percentile in ms; null when there are too few samples
 * @param totalTime first send to last byte in s
 * @param units unit by key, of the keys above
 * @param headline which of the runs the keys above are about, from 0
 * @param runs all runs
 * @param tests what became of each test
 * @param skipped why a test did not run, by its name; such a test has no verdict
 * @param machine where the tests ran
 * @param writtenAt wall clock time
 */
public record ResultsFile(
        String profile,
        String verdict,
        boolean modelled,
        List<Problem> problems,
        double throughput,
        @Nullable Double ttftMean,
        @Nullable Double ttftP50,
        @Nullable Double ttftP95,
        double totalTime,
        Map<String, String> units,
        int headline,
        List<RunFigures> runs,
        List<TestVerdict> tests,
        Map<String, String> skipped,
        Map<String, String> machine,
        Instant writtenAt) {

    private static final Map<String, String> UNITS = Map.of(
            "throughput", "output tokens/s",
            "ttft_mean", "ms",
            "ttft_p50", "ms",
            "ttft_p95", "ms",
            "total_time", "s");

    static ResultsFile of(
            String profile,
            RunFigures headline,
            List<RunFigures> all,
            List<TestVerdict> tests,
            Map<String, String> skipped) {
        List<RunFigures> runs = new ArrayList<>(all);
        if (!runs.contains(headline)) {
            runs.add(0, headline);
        }
        return new ResultsFile(
                profile,
                headline.verdict(),
                headline.modelled(),
                headline.problems(),
                headline.throughputTokensPerS(),
                headline.ttftMs().mean(),
                headline.ttftMs().p50(),
                headline.ttftMs().p95(),
                headline.totalTimeS(),
                UNITS,
                runs.indexOf(headline),
                List.copyOf(runs),
                List.copyOf(tests),
                new TreeMap<>(skipped),
                Machine.here().facts(),
                Instant.now());
    }

    /**
     * Reads a file written earlier, perhaps by another JVM.
     *
     * @throws UncheckedIOException if it is not there or not such a file
     */
    public static ResultsFile read(Path file) {
        try {
            return new Json(UnaryOperator.identity()).read(Files.readString(file), ResultsFile.class);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " is not a results file; write one with mvn verify -PPROFILE first", e);
        }
    }

    /** The run that the top-level figures are about. */
    public RunFigures headlineRun() {
        return runs.get(headline);
    }
}
