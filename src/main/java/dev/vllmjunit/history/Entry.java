package dev.vllmjunit.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Machine;
import dev.vllmjunit.topology.Masking;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One result as the history keeps it, a JSON file of its own. Immutable.
 *
 * @param format {@value #FORMAT}
 * @param startedAt wall clock time of its start
 * @param problem why it cannot be trusted; empty for a valid one
 * @param fingerprint what it was measured under
 * @param figures times in ms, throughput in tokens/s, shares from 0 to 1
 * @param repetitions the same of each run that it pools; empty for a single run
 */
record Entry(
        int format,
        Instant startedAt,
        Optional<String> problem,
        Fingerprint fingerprint,
        Map<Measure, Double> figures,
        List<Map<Measure, Double>> repetitions) {

    private static final int FORMAT = 1;
    private static final DateTimeFormatter FILE_TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModules(new JavaTimeModule(), new Jdk8Module())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** Checks the format and copies the collections. */
    Entry {
        if (format != FORMAT) {
            throw new IllegalArgumentException("format " + format + " is none that this version reads: " + FORMAT);
        }
        figures = Map.copyOf(figures);
        repetitions = List.copyOf(repetitions);
    }

    static Entry of(BenchmarkResult result, Machine machine, Masking masking) {
        return new Entry(
                FORMAT,
                result.conditions().startedAt(),
                problem(result).map(masking::mask),
                Fingerprint.of(result.conditions(), machine),
                Measure.all(result),
                result.repetitions().stream().map(Measure::all).toList());
    }

    private static Optional<String> problem(BenchmarkResult result) {
        return result.outputsFail()
                ? Optional.of("an output was wrong")
                : result.problems().stream().findFirst().map(problem -> problem.reason() + ": " + problem.detail());
    }

    boolean valid() {
        return problem.isEmpty();
    }

    /** A name that sorts by time and that no other JVM draws in the same millisecond. */
    String file() {
        return String.format(
                "%s-%08x.json",
                FILE_TIME.format(startedAt), ThreadLocalRandom.current().nextInt());
    }

    String json() {
        try {
            return JSON.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result of the history cannot be written as JSON", e);
        }
    }

    /**
     * Reads what {@link #json()} wrote.
     *
     * @throws IllegalArgumentException if it is something else, saying what is wrong
     */
    static Entry parse(String json) {
        try {
            return JSON.readValue(json, Entry.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}
