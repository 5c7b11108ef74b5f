package dev.vllmjunit;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import com.sun.net.httpserver.HttpServer;
import dev.vllmjunit.diagnosis.Diagnosed;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.faults.During;
import dev.vllmjunit.kvstore.AwsKeys;
import dev.vllmjunit.workload.LongDocumentQa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Tests that fail on the embedded stack carry the cause of it, and those that fail for nothing carry none. */
class DiagnosisIT {

    private static final String OTHER_REGION =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region \
            'us-east-1' is wrong; expecting 'eu-west-1'</Message><Region>eu-west-1</Region></Error>""";

    private final Path reports;

    DiagnosisIT(@TempDir Path reports) {
        this.reports = reports;
    }

    @Test
    void aPromptBeyondTheContext() {
        assertThat(diagnosis("beyondTheContext")).hasValueSatisfying(message -> assertThat(message)
                .startsWith("\nDiagnosis: request: a prompt is longer than the model's context as it is served"
                        + " (prompt-too-long, confidence high)\n    failure: "));
    }

    @Test
    void promptsThatFillNoChunk() {
        assertThat(diagnosis("belowAChunk"))
                .contains(
                        "\nDiagnosis: low hit rate: prompts are shorter than a chunk, and a part of a chunk is never stored"
                                + " (chunk-not-full, confidence high)\n"
                                + "    prefill vllm:request_prompt_tokens: mean 200, and a chunk has 256 tokens\n"
                                + "    Remedy: longer prompts, or a smaller `--chunk-size` of the LMCache server");
    }

    @Test
    void anExpectationThatNoHealthyRunMeetsHasNoCause() {
        assertThat(diagnosis("tooMuchAsked")).isEmpty();
    }

    /** The model's nodes keep no log that would say why; those of real ones do. */
    @Test
    void transfersThatBreakOff() {
        assertThat(diagnosis(Disturbed.class, "transfersBreakOff", Map.of()))
                .hasValueSatisfying(message -> assertThat(message)
                        .startsWith("\nDiagnosis: KV transfer: transfers failed, and no line says why"
                                + " (transfer-failed, confidence low)\n"
                                + "    decode-0 vllm:nixl_num_failed_transfers_total: 4"));
    }

    /** Ceph's gateway does not look at the region that a request is signed for; AWS does, and answers like this. */
    @Test
    void aStoreOfAnotherRegion() throws IOException {
        HttpServer store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", exchange -> {
            byte[] answer = OTHER_REGION.getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/xml");
            exchange.sendResponseHeaders(400, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        store.start();
        AwsKeys.use("test", "test");
        try {
            String endpoint = "http://127.0.0.1:" + store.getAddress().getPort();

            assertThat(diagnosis(Failing.class, "belowAChunk", Map.of("vllm.s3.endpoint", endpoint)))
                    .hasValueSatisfying(message -> assertThat(message)
                            .startsWith(
                                    "\nDiagnosis: S3 connection or access: requests are signed for another region than"
                                            + " the store's; Ceph's gateway does not mind, others do (s3-wrong-region, confidence medium)\n"
                                            + "    failure: | s3 | " + endpoint
                                            + ", bucket nixl | failed | list: HTTP 400"
                                            + " AuthorizationHeaderMalformed; "));
        } finally {
            AwsKeys.forget();
            store.stop(0);
        }
    }

    private Optional<String> diagnosis(String test) {
        return diagnosis(Failing.class, test, Map.of());
    }

    private Optional<String> diagnosis(Class<?> tests, String test, Map<String, String> settings) {
        Throwable failure = EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(tests, test, ServingStack.class))
                .configurationParameters(settings)
                .configurationParameter("vllm.stack", "embedded")
                .configurationParameter("vllm.reports.dir", reports.toString())
                .execute()
                .allEvents()
                .failed()
                .stream()
                .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .findFirst()
                .orElseThrow();
        return Arrays.stream(failure.getSuppressed())
                .filter(Diagnosed.class::isInstance)
                .map(Throwable::getMessage)
                .findFirst();
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @S3Cache
    static class Failing {

        @PerformanceTest
        void beyondTheContext(ServingStack stack) {
            stack.run(documents(140_000), CacheState.EMPTY).requireValid();
        }

        @PerformanceTest
        void belowAChunk(ServingStack stack) {
            assertThat(stack.run(documents(200), CacheState.S3_ONLY))
                    .cacheHitRate()
                    .isAtLeast(Percentage.withPercentage(99));
        }

        @PerformanceTest
        void tooMuchAsked(ServingStack stack) {
            BenchmarkResult run = stack.run(documents(600), CacheState.S3_ONLY);
            assertThat(run).totalTime().isLessThan(Duration.ofNanos(1));
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @FaultyLinks
    static class Disturbed {

        @PerformanceTest
        void transfersBreakOff(ServingStack stack) {
            During broken =
                    During.after(Duration.ZERO, faults -> faults.transferLink().refuse());
            assertThat(stack.run(documents(600), CacheState.EMPTY, broken))
                    .errorRate()
                    .isEqualTo(Percentage.withPercentage(0));
        }
    }

    private static LongDocumentQa documents(int tokens) {
        return longDocumentQa()
                .documents(2)
                .documentLength(tokens)
                .repeat(2)
                .outputTokens(2)
                .concurrency(1);
    }
}
