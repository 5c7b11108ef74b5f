package dev.vllmjunit.report.interchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.workload.Arrivals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code vllm-0.32.0-detailed.json} and {@code -plain.json} were written by the {@code main_async} of vLLM 0.32.0's own
 * {@code vllm/benchmarks/serve.py}, run against a small server that refuses request 3, gives request 5 one token only and breaks
 * off request 7; the directories in its stack trace were shortened.
 */
class VllmBenchResultTest {

    private static final Path DETAILED = resource("vllm-0.32.0-detailed.json");
    private static final Path PLAIN = resource("vllm-0.32.0-plain.json");
    private static final Arrivals CLOSED = new Arrivals.ClosedLoop(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    VllmBenchResultTest(@TempDir Path directory) {
        file = directory.resolve("some.json");
    }

    @Test
    void readsWhatVllmWrites() {
        VllmBenchResult read = VllmBenchResult.read(DETAILED);

        VllmBenchSetup setup = read.setup();
        assertThat(setup.modelId()).isEqualTo("tiny/model");
        assertThat(setup.label()).isEmpty();
        assertThat(setup.numPrompts()).isEqualTo(12);
        assertThat(setup.requestRate()).isInfinite();
        assertThat(setup.burstiness()).isEqualTo(1);
        assertThat(setup.maxConcurrency()).hasValue(4);
        assertThat(setup.metadata()).isEqualTo(Map.of("tensor_parallel_size", "2", "note", "by hand"));
        assertThat(read.totals())
                .isEqualTo(new VllmBenchTotals(
                        0.22575680199997805,
                        10,
                        2,
                        1066,
                        55,
                        44.29545383089265,
                        OptionalDouble.empty(),
                        243.62499606990954,
                        4965.5203744430655,
                        OptionalDouble.of(55),
                        OptionalLong.of(10)));
        assertThat(read.latency(Latency.TTFT))
                .isEqualTo(new VllmLatency(
                        45.52808830003414,
                        43.9848250000523,
                        7.026911495630015,
                        Map.of(50.0, 43.9848250000523, 99.0, 58.203208189943325, 99.9, 58.458415618925756)));
        assertThat(read.latency(Latency.END_TO_END).mean()).isEqualTo(67.23506540001836);
    }

    @Test
    void readsTheRequestsOfVllmFailedOnesIncluded() {
        List<VllmRequest> requests = VllmBenchResult.read(DETAILED).requests();

        assertThat(requests).hasSize(12);
        assertThat(requests.get(0).generatedText()).isEqualTo(" t0 t1 t2 t3 t4 t5");
        assertThat(requests.get(0).itls()).hasSize(5);
        VllmRequest refused = requests.get(3);
        assertThat(refused.error()).isEqualTo("Service Unavailable");
        assertThat(refused.succeeded()).isFalse();
        assertThat(List.of(refused.inputLen(), refused.outputLen())).containsExactly(103, 0);
        assertThat(List.of(refused.ttft(), refused.latency().orElseThrow())).containsExactly(0.0, 0.0);
        VllmRequest brokenOff = requests.get(7);
        assertThat(brokenOff.error()).contains("TransferEncodingError");
        assertThat(brokenOff.ttft()).isEqualTo(0.046865786999660486);
        assertThat(brokenOff.itls()).hasSize(2);
        assertThat(brokenOff.latency()).hasValue(0);
        assertThat(brokenOff.generatedText()).isEmpty();
    }

    @Test
    void figuresAreThoseThatVllmWorksOutOfTheSameRequests() {
        VllmBenchResult vllm = VllmBenchResult.read(DETAILED);
        List<VllmRequest> succeeded =
                vllm.requests().stream().filter(VllmRequest::succeeded).toList();

        assertAgree(vllm.latency(Latency.TTFT), succeeded, VllmRequest::ttft);
        assertAgree(vllm.latency(Latency.END_TO_END), succeeded, request -> request.latency()
                .orElseThrow());
        PeakLoad peak = PeakLoad.of(vllm.requests());
        assertThat(OptionalDouble.of(peak.tokensPerSecond()))
                .isEqualTo(vllm.totals().maxOutputTokensPerS());
        assertThat(OptionalLong.of(peak.requests())).isEqualTo(vllm.totals().maxConcurrentRequests());
    }

    private static void assertAgree(
            VllmLatency vllm, List<VllmRequest> requests, ToDoubleFunction<VllmRequest> seconds) {
        VllmLatency ours =
                VllmLatency.ofSeconds(requests.stream().mapToDouble(seconds).toArray());
        assertThat(ours.mean()).isCloseTo(vllm.mean(), within(1e-9));
        assertThat(ours.median()).isCloseTo(vllm.median(), within(1e-9));
        assertThat(ours.std()).isCloseTo(vllm.std(), within(1e-9));
        assertThat(ours.percentiles().get(99.0)).isCloseTo(vllm.percentiles().get(99.0), within(1e-9));
    }

    @Test
    void readsAFileWithoutRequestsAndAnEndlessBurstiness() {
        VllmBenchResult read = VllmBenchResult.read(PLAIN);

        assertThat(read.requests()).isEmpty();
        assertThat(read.setup().requestRate()).isEqualTo(200);
        assertThat(read.setup().burstiness()).isInfinite();
        assertThat(read.setup().maxConcurrency()).isEmpty();
        assertThat(read.totals().requestGoodput()).hasValue(68.98532840033872);
        assertThat(read.latencies()).containsOnlyKeys(Latency.TTFT, Latency.TPOT, Latency.ITL);
        assertThatIllegalStateException()
                .isThrownBy(() -> read.latency(Latency.END_TO_END))
                .withMessage("the result of " + read.setup().date() + " has no mean_e2el_ms;"
                        + " have it written with vllm bench serve --percentile-metrics ttft,tpot,itl,e2el");
    }

    @Test
    void oursHasEveryKeyOfVllms() throws IOException {
        TreeSet<String> vllms = new TreeSet<>();
        JSON.readTree(DETAILED.toFile()).fieldNames().forEachRemaining(vllms::add);
        vllms.removeIf(key -> key.matches("p(50|99\\.9)_.*|tensor_parallel_size|note"));

        assertThat(ours().json()).containsKeys(vllms.toArray(String[]::new));
    }

    @Test
    void whatIsWrittenReadsBackTheSame() throws IOException {
        for (Arrivals arrivals : List.of(CLOSED, new Arrivals.ConstantRate(3.5), new Arrivals.Poisson(4, 1))) {
            VllmBenchResult written = VllmBenchResult.of(SomeRun.result(), SomeRun.schedule(arrivals));

            assertThat(read(JSON.writeValueAsString(written.json()))).isEqualTo(written);
        }
        VllmBenchResult vllms = VllmBenchResult.read(PLAIN);
        assertThat(read(JSON.writeValueAsString(vllms.json()))).isEqualTo(vllms);
    }

    @Test
    void latenciesCountFromTheSendAndFailedRequestsCountNowhere() {
        VllmBenchResult result = ours();

        assertThat(result.requests())
                .containsExactly(
                        new VllmRequest(
                                1000, 3, 0.1, List.of(0.02, 0.04), known(0.16), known(0), known(0), "a b c", ""),
                        new VllmRequest(
                                1001,
                                3,
                                0.2,
                                List.of(0.01, 0.03),
                                known(0.24),
                                known(0.015),
                                known(0.005),
                                "d e f",
                                ""),
                        new VllmRequest(1002, 0, 0, List.of(), known(0), known(0.02), known(0), "", "HTTP 503"),
                        new VllmRequest(
                                1003,
                                0,
                                0.05,
                                List.of(),
                                known(0),
                                known(0.03),
                                known(0),
                                "",
                                "the connection was closed"));
        assertThat(result.totals())
                .isEqualTo(new VllmBenchTotals(
                        0.5,
                        2,
                        2,
                        2001,
                        6,
                        4,
                        OptionalDouble.empty(),
                        12,
                        4014,
                        OptionalDouble.of(6),
                        OptionalLong.of(2)));
        assertFigures(result.latency(Latency.TTFT), 150, 150, 50, 199);
        assertFigures(result.latency(Latency.TPOT), 25, 25, 5, 29.9);
        assertFigures(result.latency(Latency.ITL), 25, 25, 11.180339887498949, 39.7);
        assertFigures(result.latency(Latency.END_TO_END), 200, 200, 40, 239.2);
    }

    private static void assertFigures(VllmLatency figures, double mean, double median, double std, double p99) {
        assertThat(figures.mean()).isCloseTo(mean, within(1e-9));
        assertThat(figures.median()).isCloseTo(median, within(1e-9));
        assertThat(figures.std()).isCloseTo(std, within(1e-9));
        assertThat(figures.percentiles().get(99.0)).isCloseTo(p99, within(1e-9));
    }

    @Test
    void theConditionsAreMetadata() {
        VllmBenchSetup setup = ours().setup();

        assertThat(setup.label()).hasValue("2 documents, S3_ONLY");
        assertThat(setup.date()).matches("20260[1-9]\\d\\d-\\d{6}");
        assertThat(setup.maxConcurrency()).hasValue(2);
        assertThat(setup.metadata())
                .containsEntry("times", "modelled")
                .containsEntry("stack", "embedded")
                .containsEntry("cache_state", "S3_ONLY")
                .containsEntry("profile", "nixl-s3")
                .containsEntry("num_gpus", "12")
                .containsEntry("vllm.version", "0.32.0")
                .containsEntry("invalid_because", "REQUESTS_FAILED");
    }

    @Test
    void arrivalsAreWrittenInVllmsWords() {
        assertThat(arrivals(CLOSED)).containsExactly("inf", 1.0, 2L);
        assertThat(arrivals(new Arrivals.ConstantRate(3.5))).containsExactly(3.5, "inf", null);
        assertThat(arrivals(new Arrivals.Poisson(4, 1))).containsExactly(4.0, 1.0, null);
    }

    private static Object[] arrivals(Arrivals arrivals) {
        Map<String, ?> json =
                VllmBenchResult.of(SomeRun.result(), SomeRun.schedule(arrivals)).json();
        return new Object[] {json.get("request_rate"), json.get("burstiness"), json.get("max_concurrency")};
    }

    @Test
    void goodputIsOfTheRequestsThatMeetEveryBoundByVllmsTimes() {
        Slo ttft = Slo.of(Latency.TTFT, Duration.ofMillis(100));

        assertThat(goodput(ttft)).hasValue(2);
        assertThat(goodput(ttft.and(Latency.TTFT, Duration.ofMillis(200)))).hasValue(4);
        assertThat(goodput(ttft.and(Latency.TTFT, Duration.ofMillis(199)))).hasValue(2);
        assertThat(goodput(ttft.and(Latency.TPOT, Duration.ofMillis(29)))).hasValue(0);
        assertThat(goodput(Slo.of(Latency.TPOT, Duration.ofMillis(29)))).hasValue(2);
        assertThat(goodput(Slo.of(Latency.END_TO_END, Duration.ofMillis(160)))).hasValue(2);
    }

    @Test
    void oneOutputTokenMeetsAnyTimePerTokenAndAFailedRequestNothing() {
        VllmBenchResult vllms = VllmBenchResult.read(DETAILED);
        double perRequest = 1 / vllms.totals().duration();

        VllmBenchTotals tight =
                vllms.withGoodput(Slo.of(Latency.TPOT, Duration.ofNanos(1))).totals();
        VllmBenchTotals wide =
                vllms.withGoodput(Slo.of(Latency.TTFT, Duration.ofHours(1))).totals();

        assertThat(tight.requestGoodput().orElseThrow()).isCloseTo(perRequest, within(1e-9));
        assertThat(wide.requestGoodput().orElseThrow()).isCloseTo(vllms.totals().requestThroughput(), within(1e-9));
    }

    @Test
    void goodputReadsBackWithItsBounds() throws IOException {
        VllmBenchResult judged = ours().withGoodput(
                        Slo.of(Latency.TPOT, Duration.ofMillis(50)).and(Latency.TTFT, Duration.ofMillis(150)));

        VllmBenchResult read = read(JSON.writeValueAsString(judged.json()));

        assertThat(read).isEqualTo(judged);
        assertThat(read.totals().requestGoodput()).hasValue(2);
        assertThat(read.setup().metadata()).containsEntry("goodput", "ttft:150 tpot:50");
    }

    @Test
    void goodputTakesTheLatencyOfEachRequest() throws IOException {
        Slo slo = Slo.of(Latency.TTFT, Duration.ofMillis(100));
        String older = change(json -> json.remove("latencies"));

        for (VllmBenchResult without : List.of(VllmBenchResult.read(PLAIN), read(older))) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> without.withGoodput(slo))
                    .withMessage(
                            "the result of 20261128-015615 does not have the latency of each request; have it written with"
                                    + " vllm bench serve --save-detailed of vLLM 0.32 or later");
        }
    }

    private static OptionalDouble goodput(Slo slo) {
        return ours().withGoodput(slo).totals().requestGoodput();
    }

    @Test
    void aPooledResultIsOneRunAsLongAsAllTogether() {
        VllmBenchResult pooled = VllmBenchResult.of(
                Repetitions.pool(List.of(SomeRun.result(), SomeRun.result())), SomeRun.schedule(CLOSED));

        assertThat(pooled.requests()).hasSize(8);
        assertThat(pooled.totals().duration()).isEqualTo(1);
        assertThat(pooled.totals().outputThroughput()).isEqualTo(12);
        assertThat(pooled.setup().metadata()).containsEntry("repetitions", "2");
    }

    @Test
    void withoutAnySuccessEveryFigureIsZeroAsInVllms() {
        assertThat(VllmLatency.ofSeconds(DoubleStream.empty().toArray()))
                .isEqualTo(new VllmLatency(0, 0, 0, Map.of(90.0, 0.0, 95.0, 0.0, 99.0, 0.0)));
        assertThat(PeakLoad.of(List.of())).isEqualTo(new PeakLoad(0, 0));
    }

    @Test
    void aFileOfAnOlderVllmReads() throws IOException {
        VllmBenchResult read = read(change(json -> json.remove(List.of(
                "failed",
                "max_output_tokens_per_s",
                "max_concurrent_requests",
                "latencies",
                "start_times",
                "queue_times",
                "rtfx",
                "burstiness",
                "backend"))));

        assertThat(read.totals().failed()).isEqualTo(2);
        assertThat(read.totals().maxConcurrentRequests()).isEmpty();
        assertThat(read.setup().backend()).isEqualTo("openai");
        assertThat(read.requests().get(0).latency()).isEmpty();
        assertThat(read.requests().get(0).startTime()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "duration        | null               | is null; it must be a number",
                "mean_ttft_ms    | \"fast\"           | is \"fast\"; it must be a number",
                "completed       | 1.5                | is 1.5; it must be a whole number",
                "max_concurrency | \"four\"           | is \"four\"; it must be a whole number",
                "model_id        | 7                  | is 7; it must be a text",
                "ttfts           | {}                 | is {}; it must be an array",
                "input_lens      | [1, 2]             | has 2 entries; it must have 12, one per request",
                "itls            | [[1], 2]           | is [[1],2]; it must be an array of arrays of numbers",
            })
    void aKeyOfAnotherTypeIsNamedWithWhatWasFound(String key, String value, String problem) throws IOException {
        JsonNode node = JSON.readTree(value);

        assertRefused(change(json -> json.set(key, node)), ": key \"" + key + "\" " + problem);
    }

    @Test
    void aKeyThatEveryFileHasMustBeThere() throws IOException {
        assertRefused(
                change(json -> json.remove("output_throughput")),
                ": key \"output_throughput\" is missing; it must be a number");
        assertRefused(
                change(json -> json.remove("errors")), ": key \"errors\" is missing; it must be an array of texts");
    }

    @Test
    void aFileThatHoldsSomethingElseIsRefused() throws IOException {
        assertRefused(
                "[1]", " is not one result of vllm bench serve --save-result: found [1]; it must be one JSON object");
        String two = Files.readString(PLAIN) + Files.readString(PLAIN);
        Files.writeString(file, two);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VllmBenchResult.read(file))
                .withMessageStartingWith(file + " is not one result of vllm bench serve --save-result: Trailing token");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> VllmBenchResult.read(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("cannot read the vllm bench serve result " + file);
    }

    private void assertRefused(String text, String problem) throws IOException {
        Files.writeString(file, text);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VllmBenchResult.read(file))
                .withMessage(file + problem);
    }

    private VllmBenchResult read(String text) throws IOException {
        return VllmBenchResult.read(Files.writeString(file, text));
    }

    private static String change(Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(DETAILED.toFile());
        change.accept(json);
        return json.toString();
    }

    private static VllmBenchResult ours() {
        return VllmBenchResult.of(SomeRun.result(), SomeRun.schedule(CLOSED));
    }

    private static OptionalDouble known(double value) {
        return OptionalDouble.of(value);
    }

    private static Path resource(String name) {
        return Path.of("src/test/resources/dev/vllmjunit/report/interchange", name);
    }
}
