package dev.vllmjunit.bench;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.OtherJvm;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.load.NettyLoadDriver;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioners;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.S3CacheSpec.Writer;
import dev.vllmjunit.topology.TopologyMerge;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.RepeatMode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Other topologies than one prefill and one decode node in one JVM. */
@Timeout(60)
class EmbeddedTopologiesIT {

    private static final LongDocumentQa WORKLOAD = longDocumentQa()
            .documents(1)
            .documentLength(2_000)
            .repeat(2)
            .order(RepeatMode.TILE)
            .concurrency(1)
            .outputTokens(8);

    private final Path logs;

    EmbeddedTopologiesIT(@TempDir Path logs) {
        this.logs = logs;
    }

    @Test
    void whatOnePrefillNodeComputedTheOtherLoadsFromTheCacheServer() throws Exception {
        try (EmbeddedRig rig = EmbeddedRig.start(EmbeddedRig.request(logs, 2, 2, Map.of()))) {
            rig.observer.afterAnAnswer(
                    () -> rig.bucket.awaitSettled(7, Duration.ofMillis(200), Duration.ofSeconds(10)));

            BenchmarkResult result = rig.runner.run(WORKLOAD, CacheState.EMPTY);

            assertThat(result.problems())
                    .as("waiting for the bucket holds the driver up, and nothing else")
                    .extracting(Problem::reason)
                    .isSubsetOf(InvalidReason.CLIENT_TOO_SLOW);
            assertThat(nodes(result)).containsExactly("prefill-0 to decode-0", "prefill-1 to decode-1");
            assertThat(result.tokens().prompt()).isEqualTo(4_000);
            assertThat(result.tokens().computed()).isEqualTo(2_000 + 208);
            assertThat(result.tokens().host() + result.tokens().s3()).isEqualTo(1_792);
            assertThat(result.tokens().device()).isZero();
            assertThat(result.tokens().pulled()).isEqualTo(4_000);
            assertThat(result.tokens().decodeComputed()).isZero();
            assertThat(rig.holdsNoBlock()).isTrue();
        }
    }

    @Test
    void eachPrefillNodeLoadsFromS3() throws Exception {
        try (EmbeddedRig rig = EmbeddedRig.start(EmbeddedRig.request(logs, 2, 1, Map.of()))) {
            BenchmarkResult result = rig.runner
                    .run(WORKLOAD.documents(2).repeat(1), CacheState.S3_ONLY)
                    .requireValid();

            assertThat(nodes(result)).containsExactly("prefill-0 to decode-0", "prefill-1 to decode-0");
            assertThat(result.tokens().s3()).isEqualTo(2 * 1_792);
            assertThat(result.tokens().computed()).isEqualTo(2 * 208);
        }
    }

    @Test
    void twoStacksSideBySideInTwoJvms() throws Exception {
        Process other = OtherJvm.of(SecondJvm.class, List.of("-Xmx512m"), logs.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (EmbeddedRig rig = EmbeddedRig.start(EmbeddedRig.request(logs));
                NettyLoadDriver driver = new NettyLoadDriver();
                BufferedReader said = other.inputReader(UTF_8)) {
            URI elsewhere = URI.create(Objects.requireNonNull(said.readLine()));
            BenchmarkResult here = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

            NodeControl control = new NodeControl(rig.stack, EmbeddedRig.MODEL, RunLimits.standard());
            List<RequestRecord> there = driver.run(
                            WORKLOAD.plan(EmbeddedRig.MODEL, control.tokenizer()),
                            elsewhere,
                            Duration.ofSeconds(20),
                            done -> {})
                    .requests();

            assertThat(there).allSatisfy(request -> assertThat(request.error()).isEmpty());
            assertThat(there)
                    .extracting(RequestRecord::text)
                    .isEqualTo(here.requests().stream().map(RequestRecord::text).toList());
        } finally {
            other.getOutputStream().close();
            boolean ended = other.waitFor(20, TimeUnit.SECONDS);
            other.destroyForcibly();
            assertThat(ended)
                    .as("the other JVM ends when it has closed its stack")
                    .isTrue();
            assertThat(other.exitValue()).isZero();
        }
    }

    @Test
    void aWriterThatNoProvisionerOffersIsDeclinedByEach() {
        Declaration declared = new Declaration(
                "class X",
                EmbeddedRig.declaration(1, 1).nodes(),
                Optional.of(new Declaration.S3("", Optional.of(Writer.OBJ))));
        var profile = new ProfileLoader(Path.of("profiles")).load("nixl-s3");
        ProvisionRequest request =
                new ProvisionRequest(TopologyMerge.merge(declared, profile), profile, logs, Duration.ofSeconds(60));

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> Provisioners.onClassPath().choose("embedded", request))
                .withMessageStartingWith("the embedded stack cannot run 1P1D, ROCM to GAUDI, S3 cache in bucket nixl:\n"
                        + "  attach: the class declares 1 prefill node(s), but 0 URL(s) are given []; set"
                        + " vllm.attach.prefill=http://HOST:PORT,…\n"
                        + "  docker: s3Cache has no endpoint that containers reach; set -Dvllm.s3.endpoint=URL, or write"
                        + " s3Cache.endpoint or docker.store.image in the profile\n"
                        + "  embedded: s3Cache.writer is OBJ, but the embedded cache server models LMCACHE only; write that, or"
                        + " choose another vllm.stack");
    }

    private static List<String> nodes(BenchmarkResult result) {
        return result.requests().stream()
                .map(request -> Objects.requireNonNull(result.hops().get(request.requestId())))
                .map(EmbeddedTopologiesIT::way)
                .toList();
    }

    private static String way(HopTimeline hop) {
        return hop.prefillNode() + " to " + hop.decodeNode();
    }

    /** Runs a stack until its input ends; says where its router is. */
    static final class SecondJvm {

        private SecondJvm() {}

        public static void main(String[] arguments) throws Exception {
            try (EmbeddedRig rig = EmbeddedRig.start(EmbeddedRig.request(Path.of(arguments[0])))) {
                System.out.println(rig.router.endpoint());
                assertThat(System.in.read()).isEqualTo(-1);
            } catch (IOException e) {
                throw new IllegalStateException("the first JVM cannot be heard", e);
            }
        }
    }
}
