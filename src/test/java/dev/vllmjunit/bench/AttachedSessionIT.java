package dev.vllmjunit.bench;

import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.attach.AttachedTests;
import dev.vllmjunit.tls.Certificates;
import dev.vllmjunit.tls.TlsDoor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A class of tests attached to nodes that an embedded rig runs; the rig's router is in the role of somebody else's. */
class AttachedSessionIT {

    private static final String TOKEN = "open-sesame-17";
    private static final AtomicReference<@Nullable BenchmarkResult> RESULT = new AtomicReference<>();

    private EmbeddedRig rig;

    @BeforeEach
    void start(@TempDir Path logs) {
        rig = EmbeddedRig.start(EmbeddedRig.request(logs));
        RESULT.set(null);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void throughARouterOfSomebodyElsesNoHopIsTold(@TempDir Path reports) {
        BenchmarkResult run = attach(
                reports, Map.of("vllm.attach.router", rig.router.endpoint().toString()));

        assertThat(rig.router.takeTimelines()).as("requests went through it").isNotEmpty();
        assertThat(run.hops()).isEmpty();
        assertThat(run.tokens().computed()).isEqualTo(600);
        assertThat(run.conditions().facts())
                .containsEntry("external router", rig.router.endpoint().toString())
                .containsEntry(
                        "not told by the external router",
                        "times of each hop; cached tokens of each request, which are not compared with the counters");
    }

    @Test
    void throughItsOwnRouterEveryHopIsTold(@TempDir Path reports) {
        BenchmarkResult run = attach(reports, Map.of());

        assertThat(rig.router.takeTimelines()).isEmpty();
        assertThat(run.hops()).hasSize(1);
        assertThat(run.conditions().facts()).doesNotContainKey("external router");
    }

    @Test
    void everyRequestAndCallCarriesTheTokenAndNoReportShowsIt(@TempDir Path reports) throws Exception {
        FrontDoor prefill = rig.keep(guarded(rig.stack.prefill().get(0)));
        FrontDoor decode = rig.keep(guarded(rig.stack.decode().get(0)));

        BenchmarkResult run = attach(
                reports,
                Map.of(
                        "vllm.attach.prefill", prefill.endpoint().toString(),
                        "vllm.attach.decode", decode.endpoint().toString(),
                        "vllm.attach.token", TOKEN));

        assertThat(run.differences()).isEmpty();
        assertThat(run.conditions().facts().get("outputs compared with a fresh computation"))
                .startsWith("1 prompts, ");
        assertThat(prefill.seen).isNotEmpty();
        try (Stream<Path> files = Files.walk(reports).filter(Files::isRegularFile)) {
            assertThat(files.toList()).isNotEmpty().allSatisfy(file -> assertThat(
                            new String(Files.readAllBytes(file), ISO_8859_1))
                    .doesNotContain(TOKEN));
        }
    }

    @Test
    void everythingGoesOverTlsWithAPrivateAuthority(@TempDir Path reports) {
        BenchmarkResult run = attach(
                reports,
                Map.of(
                        "vllm.attach.prefill",
                                overTls(guarded(rig.stack.prefill().get(0))),
                        "vllm.attach.decode", overTls(guarded(rig.stack.decode().get(0))),
                        "vllm.attach.token", TOKEN,
                        "vllm.tls.ca", Certificates.ca().toString()));

        assertThat(run.hops()).hasSize(1);
        assertThat(run.tokens().computed()).isEqualTo(600);
        assertThat(run.conditions().facts().get("prefill-0")).startsWith("https://127.0.0.1:");
        assertThat(run.conditions().facts().get("outputs compared with a fresh computation"))
                .startsWith("1 prompts, ");
    }

    @Test
    void theDriverReachesARouterOfSomebodyElsesOverTls(@TempDir Path reports) {
        TlsDoor door = rig.keep(TlsDoor.with(Certificates.NODE, rig.router.endpoint()));

        BenchmarkResult run = attach(
                reports,
                Map.of(
                        "vllm.attach.router", door.endpoint().toString(),
                        "vllm.tls.ca", Certificates.ca().toString()));

        assertThat(rig.router.takeTimelines()).as("requests went through it").isNotEmpty();
        assertThat(run.conditions().facts())
                .containsEntry("external router", door.endpoint().toString());
    }

    private String overTls(FrontDoor guarded) {
        return rig.keep(TlsDoor.with(Certificates.NODE, rig.keep(guarded).endpoint()))
                .endpoint()
                .toString();
    }

    private static FrontDoor guarded(RunningNode node) {
        return new FrontDoor(node.endpoint(), 401, request -> ("Bearer " + TOKEN)
                .equals(request.requestHeaders().get("Authorization")));
    }

    private BenchmarkResult attach(Path reports, Map<String, String> more) {
        AttachedTests.pass(
                OneRun.class,
                rig.stack.prefill().get(0).endpoint(),
                rig.stack.decode().get(0).endpoint(),
                reports,
                more);
        return requireNonNull(RESULT.get());
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class OneRun {

        @PerformanceTest
        void run(ServingStack stack) {
            RESULT.set(stack.run(
                            longDocumentQa()
                                    .documents(1)
                                    .documentLength(600)
                                    .repeat(1)
                                    .outputTokens(2),
                            CacheState.EMPTY)
                    .requireValid());
        }
    }
}
