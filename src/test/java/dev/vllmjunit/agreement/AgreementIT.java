package dev.vllmjunit.agreement;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.vllmjunit.agreement.Documents.Case;
import dev.vllmjunit.engine.cost.MeasuredCost;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import dev.vllmjunit.provision.local.LocalProvisioner;
import dev.vllmjunit.report.AgreementReport;
import dev.vllmjunit.stats.Sample;
import dev.vllmjunit.topology.ModelSpec;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays the same requests on real vLLM and on the embedded stack, whose times are fitted to a short
 * calibration run on the real one, at other lengths than those that are predicted.
 */
@Tag("local")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgreementIT {

    private static final Path REPORTS = Path.of(System.getProperty("vllm.reports.dir", "reports"));
    private static final double TOLERANCE = 0.2;

    private static final SortedMap<Integer, Integer> CALIBRATED =
            new TreeMap<>(Map.of(500, 10, 1_000, 10, 2_000, 10, 4_000, 10));
    private static final SortedMap<Integer, Integer> PREDICTED = new TreeMap<>(Map.of(1_500, 10, 2_500, 10, 3_500, 10));
    private static final Set<State> STATES = EnumSet.of(State.HOST, State.S3);

    private Measured real;
    private Measured embedded;
    private MeasuredCost cost;

    @BeforeAll
    void runBoth(@TempDir Path logs) {
        ProvisionRequest local = Requests.request(logs);
        ModelSpec model = local.topology().model();
        Calibration calibration = new Calibration(
                local.topology().cacheChunkTokens(),
                local.profile().embedded().maxBatchedTokens(),
                model.kvBytesPerToken());
        SortedMap<Integer, Integer> all = new TreeMap<>(CALIBRATED);
        all.putAll(PREDICTED);
        String where;
        try (Rig rig = Rig.start(new LocalProvisioner(), local)) {
            where = describe(rig.facts());
            real = measure(rig, model.id(), all);
        }
        Map<Case, Timing> calibrated = Documents.medians(real.timings(CALIBRATED.keySet()));
        MeasuredCost first = calibration.fit(where, calibrated.values());
        try (Rig rig = embedded(local, first, logs.resolve("first.yaml"))) {
            Map<Case, Timing> own = Documents.medians(ownTimes(rig, model.id()));
            cost = calibration.fit(where, calibration.lessOwn(calibrated, own, first));
        }
        try (Rig rig = embedded(local, cost, AgreementReport.directory(REPORTS).resolve("calibration.yaml"))) {
            embedded = measure(rig, model.id(), PREDICTED);
        }
    }

    private static Measured measure(Rig rig, String model, SortedMap<Integer, Integer> lengths) {
        rig.warmUp(model);
        List<Row> rows = Trace.play(rig, model);
        return new Measured(rows, new Documents(10_000, lengths, STATES).send(rig, model));
    }

    /** Embedded nodes are part of this JVM and get faster as their code gets warm; predictions come from warm code. */
    private static List<Timing> ownTimes(Rig rig, String model) {
        rig.warmUp(model);
        SortedMap<Integer, Integer> fewer = new TreeMap<>(CALIBRATED);
        fewer.replaceAll((length, documents) -> documents / 2);
        new Documents(30_000, fewer, STATES).send(rig, model);
        return new Documents(10_000, CALIBRATED, STATES).send(rig, model);
    }

    private static Rig embedded(ProvisionRequest local, MeasuredCost cost, Path file) {
        cost.write(file);
        return Rig.start(new EmbeddedProvisioner(), Requests.calibrated(local, file));
    }

    private static String describe(Map<String, String> facts) {
        return List.of("hardware", "vLLM", "NIXL", "LMCache", "object store").stream()
                .map(fact -> fact + " " + facts.getOrDefault(fact, "unknown"))
                .collect(Collectors.joining("; "));
    }

    @Test
    void theCountersAreEqualRequestByRequest() {
        assertThat(embedded.rows()).hasSameSizeAs(real.rows());
        Map<String, List<String>> differences = new TreeMap<>();
        IntStream.range(0, real.rows().size())
                .forEach(i -> differences.put(
                        real.rows().get(i).request(),
                        real.rows().get(i).differences(embedded.rows().get(i))));
        assertThat(differences)
                .as("counters of real vLLM (here) that the embedded stack counts otherwise (there)")
                .allSatisfy((request, differing) -> assertThat(differing).isEmpty());
    }

    @Test
    void timesToFirstTokenArePredictedWithinTwentyPercent() {
        AgreementReport report = new AgreementReport(REPORTS, cost.measured());
        Map<Case, Sample> measured = Documents.firstTokens(real.timings(PREDICTED.keySet()));
        Map<Case, Sample> predicted = Documents.firstTokens(embedded.timings());
        measured.forEach((key, times) -> report.predicted(
                key.state().label(), key.tokens(), times, requireNonNull(predicted.get(key), key.toString())));
        IntStream.range(0, real.rows().size())
                .forEach(i -> report.request(
                        real.rows().get(i).request(),
                        real.rows().get(i).counters(),
                        real.rows().get(i).differences(embedded.rows().get(i))));
        real.timings().forEach(timing -> report.timing("local", timing.columns()));
        embedded.timings().forEach(timing -> report.timing("embedded, modelled", timing.columns()));
        report.publish();

        Map<String, AgreementReport.Error> errors = report.errors(
                EnumSet.of(State.COLD, State.S3).stream().map(State::label).toList());
        assertThat(errors)
                .as("relative errors of the predicted median times to first token")
                .allSatisfy((what, error) ->
                        assertThat(error).matches(e -> !e.outside(TOLERANCE), "is within 20 % or within the noise"));
        assumeThat(errors)
                .as("relative errors of the predicted medians, on a machine that is quiet enough to tell")
                .allSatisfy((what, error) -> assertThat(error).matches(e -> e.within(TOLERANCE), "is within 20 %"));
    }
}
