package dev.vllmjunit;

import dev.vllmjunit.diagnosis.Diagnosed;
import dev.vllmjunit.diagnosis.Diagnosis;
import dev.vllmjunit.diagnosis.Diagnostician;
import dev.vllmjunit.diagnosis.LogReader;
import dev.vllmjunit.diagnosis.Symptoms;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.HopBreakdown;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.topology.Topology;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Gathers the symptoms of one test after the other, and of the start before the first, and asks for their causes. */
final class Examination {

    private static final Pattern RUN = Pattern.compile("^vj-[0-9a-f]{8}");

    private final Topology topology;
    private final UnaryOperator<String> mask;
    private final LogReader logs;
    /** Runs of the test, and of those before: requests are named after their run, and a lease ends long after its test. */
    private final Set<String> own = new HashSet<>();

    private final Set<String> earlier = new HashSet<>();
    private Symptoms runs = Symptoms.none();

    Examination(Topology topology, Path logDirectory, UnaryOperator<String> mask) {
        this.topology = topology;
        this.mask = mask;
        this.logs = new LogReader(logDirectory, mask);
    }

    /** A single run of the test; one that pools several tells nothing new. */
    void ran(BenchmarkResult result) {
        if (!result.repetitions().isEmpty()) {
            return;
        }
        result.requests().stream()
                .map(request -> RUN.matcher(request.requestId()))
                .filter(Matcher::find)
                .forEach(run -> own.add(run.group()));
        runs = runs.withHops(HopBreakdown.all(result));
        for (Map.Entry<String, MetricsSnapshot> part : deltas(result).entrySet()) {
            runs = runs.withDelta(part.getKey(), part.getValue());
        }
        List<String> messages = Stream.concat(
                        result.problems().stream().map(problem -> problem.reason() + ": " + problem.detail()),
                        result.requests().stream().map(RequestRecord::error).flatMap(Optional::stream))
                .distinct()
                .toList();
        for (String message : messages) {
            runs = runs.withSaid(mask.apply(message));
        }
    }

    /**
     * The causes of a failure, surest first; the exception carries them from now on.
     *
     * @param raw the text of every part's {@code /metrics} by name
     */
    List<Diagnosis> of(Throwable failure, Map<String, String> raw) {
        List<Diagnosis> diagnoses = Diagnostician.diagnose(symptoms(failure, raw));
        if (!diagnoses.isEmpty()) {
            failure.addSuppressed(new Diagnosed(diagnoses));
        }
        return diagnoses;
    }

    /** The next test begins. */
    void next() {
        runs = Symptoms.none();
        earlier.addAll(own);
        own.clear();
        logs.begin();
    }

    private Symptoms symptoms(Throwable failure, Map<String, String> raw) {
        Symptoms all = runs.of(topology);
        for (Throwable why = failure; why != null; why = why.getCause()) {
            all = all.withSaid(mask.apply(String.valueOf(why.getMessage())));
        }
        for (Map.Entry<String, String> part : raw.entrySet()) {
            all = all.withLatest(part.getKey(), PrometheusText.parse(part.getValue()));
        }
        for (var log : logs.read()) {
            all = all.with(log.without(line -> earlier.stream().anyMatch(line.text()::contains)));
        }
        return all;
    }

    /** The result's counters are named {@code part/series}. */
    private static Map<String, MetricsSnapshot> deltas(BenchmarkResult result) {
        return result.metrics().entrySet().stream()
                .collect(Collectors.groupingBy(
                        delta -> delta.getKey().substring(0, delta.getKey().indexOf('/')),
                        TreeMap::new,
                        Collectors.collectingAndThen(
                                Collectors.mapping(
                                        delta -> delta.getKey()
                                                        .substring(
                                                                delta.getKey().indexOf('/') + 1)
                                                + " " + delta.getValue(),
                                        Collectors.joining("\n")),
                                PrometheusText::parse)));
    }
}
