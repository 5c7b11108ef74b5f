package dev.vllmjunit.history;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.topology.Masking;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** Fills a history night by night; the noise is 2 % and always the same. */
public final class Past {

    public static final Instant FIRST = Instant.parse("2026-03-01T02:00:00Z");

    private final SplittableRandom random = new SplittableRandom(11);
    private final NormalDistribution noise = NormalDistribution.of(0, 0.02);
    private final History history;
    private Map<String, String> facts = Map.of("vLLM", "0.32.0");
    private int nights;

    private Past(History history) {
        this.history = history;
    }

    public static Past in(Path directory) {
        return new Past(new History(new DirectoryArchive(directory), FingerprintTest.MACHINE, Masking.ofProcess()));
    }

    static Past in(Archive archive) {
        return new Past(new History(archive, FingerprintTest.MACHINE, Masking.ofProcess()));
    }

    public Past vllm(String version) {
        facts = Map.of("vLLM", version);
        return this;
    }

    /** So many results with a time to first token around this many milliseconds. */
    public Past nights(int count, double ttftMillis) {
        for (int i = 0; i < count; i++) {
            history.add(tonight(ttftMillis));
        }
        return this;
    }

    /** A result of the night, which is not in the history; the next one is that of the next night. */
    public BenchmarkResult tonight(double ttftMillis) {
        return night(ttftMillis).build();
    }

    Results night(double ttftMillis) {
        double drawn = Math.exp(noise.inverseCumulativeProbability(random.nextDouble(1e-9, 1)));
        return Results.warm()
                .ttft(Results.constant(30, ttftMillis * drawn))
                .facts(facts)
                .startedAt(FIRST.plus(Duration.ofDays(nights++)));
    }

    public Baseline baseline() {
        return Baseline.of(history);
    }

    public History history() {
        return history;
    }

    public Accepting.Accepted accept(String reason) {
        return new Accepting(history, "ada").accept("", reason, Instant.parse("2026-12-24T12:00:00Z"));
    }
}
