package dev.vllmjunit.bench;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.local.LocalProvisioner;
import dev.vllmjunit.provision.local.Requests;
import dev.vllmjunit.topology.S3CacheSpec.Writer;
import dev.vllmjunit.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real vLLM in every cache state, with either writer of KV cache. */
@Tag("local")
class LocalRunsIT {

    private static final int DOCUMENTS = 3;
    private static final int REPEATS = 2;
    private static final int PROMPT = 2_000;
    private static final Workload WORKLOAD = longDocumentQa()
            .documents(DOCUMENTS)
            .documentLength(PROMPT)
            .repeat(REPEATS)
            .outputTokens(8)
            .concurrency(1);

    @ParameterizedTest
    @CsvSource({"LMCACHE, 256, LMCache", "OBJ, 128, vLLM OBJ tiering"})
    void everyTokenIsAccountedForInEveryState(Writer writer, int objectTokens, String layout, @TempDir Path logs)
            throws IOException {
        ProvisionRequest request = Requests.request("local", Map.of(), Optional.of(writer), logs);
        RunningStack stack = new LocalProvisioner().start(request);
        try (EmbeddedRig rig = EmbeddedRig.around(request, stack)) {
            assertThat(stack.facts().get("S3 writer")).startsWith(writer + ": ").contains(objectTokens + " tokens");

            BenchmarkResult cold = run(rig, CacheState.EMPTY);
            BenchmarkResult fromS3 = run(rig, CacheState.S3_ONLY);
            BenchmarkResult warm = run(rig, CacheState.WARM);

            long objects = (long) DOCUMENTS * (cold.tokens().prompt() / DOCUMENTS / REPEATS / objectTokens);
            assertThat(cold.tokens().s3() + cold.tokens().host()).isZero();
            assertThat(fromS3.tokens().s3()).isEqualTo(objects * objectTokens);
            assertThat(fromS3.tokens().host()).isZero();
            assertThat(warm.tokens().s3() + warm.tokens().host()).isZero();
            assertThat(Stream.of(cold, fromS3, warm).map(LocalRunsIT::traffic))
                    .allMatch(said -> said.matches(
                            "store: (\\d+) GETs, .+, (\\d+) PUTs, .+; writer: \\1 chunks loaded, \\2 stored"));
            assertThat(traffic(cold)).startsWith("store: 0 GETs, 0 B, " + objects + " PUTs, ");
            assertThat(traffic(fromS3))
                    .startsWith("store: " + objects + " GETs, ")
                    .contains(" 0 PUTs, ");
            assertThat(rig.bucket.list()).hasSize((int) objects);
            assertThat(rig.runner.stored().orElseThrow()).contains(layout);
            assertThat(Files.readString(stack.prefill().get(0).log().orElseThrow()))
                    .doesNotContain(secret(stack));
        }
        try (Stream<Path> segments = Files.list(Path.of("/dev/shm"))) {
            assertThat(segments.map(Path::toString)).noneMatch(name -> name.contains("vllm_offload_"));
        }
    }

    private static String traffic(BenchmarkResult result) {
        return result.conditions().facts().getOrDefault("S3 requests in the run", "");
    }

    private static BenchmarkResult run(EmbeddedRig rig, CacheState state) {
        BenchmarkResult result = rig.runner.run(WORKLOAD, state).requireValid();
        assertThat(result.differences()).isEmpty();
        return result;
    }

    private static String secret(RunningStack stack) {
        return stack.objectStore()
                .orElseThrow()
                .credentials()
                .resolveCredentials()
                .secretAccessKey();
    }
}
