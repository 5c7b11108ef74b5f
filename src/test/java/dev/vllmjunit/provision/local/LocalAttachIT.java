package dev.vllmjunit.provision.local;

import static dev.vllmjunit.topology.Accelerator.CPU;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.DecodeNode;
import dev.vllmjunit.PerformanceTest;
import dev.vllmjunit.PrefillNode;
import dev.vllmjunit.ServingStack;
import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.provision.attach.AttachedTests;
import dev.vllmjunit.tls.Certificates;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.workload.LongDocumentQa;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Attached to real nodes that were started by somebody else. */
@Tag("local")
class LocalAttachIT {

    private static final List<BenchmarkResult> RESULTS = new CopyOnWriteArrayList<>();

    @BeforeEach
    void forget() {
        RESULTS.clear();
    }

    @Nested
    class BehindAnApiKeyWithoutResets {

        private static Deployment deployment;

        @BeforeAll
        static void start(@TempDir Path directory) throws IOException {
            deployment = Deployment.guarded(directory);
        }

        @AfterAll
        static void stop() {
            deployment.close();
        }

        @AfterEach
        void endRouter() {
            deployment.endRouter();
        }

        @Test
        void coldIsColdEachTimeAndTheReportSaysHow() {
            attach(deployment, Map.of());

            assertThat(RESULTS).hasSize(3);
            assertThat(RESULTS.subList(0, 2)).allSatisfy(cold -> {
                assertThat(cold.tokens().computed())
                        .isEqualTo(cold.tokens().prompt())
                        .isPositive();
                assertThat(cold.hops()).hasSize(2);
                assertThat(cold.conditions().facts())
                        .containsValue("EMPTY by a cache_salt of this run: the nodes do not allow resets (prefill-0,"
                                + " decode-0)");
            });
            assertThat(RESULTS.get(2).tokens().computed())
                    .as("warm")
                    .isLessThan(RESULTS.get(2).tokens().prompt() / 2);
        }

        @Test
        @EnabledIfSystemProperty(named = "foreign.toy-proxy", matches = ".+")
        void throughVllmsToyProxy() {
            toldByNoHop(deployment.toyProxy(Path.of(System.getProperty("foreign.toy-proxy"))));
        }

        @Test
        @EnabledIfSystemProperty(named = "foreign.vllm-router", matches = ".+")
        void throughVllmsRouter() {
            toldByNoHop(deployment.vllmRouter(Path.of(System.getProperty("foreign.vllm-router"))));
        }

        @Test
        @EnabledIfSystemProperty(named = "foreign.llm-d", matches = ".+")
        void throughLlmdsSidecar() {
            toldByNoHop(deployment.llmdSidecar(Path.of(System.getProperty("foreign.llm-d"))));
        }

        private void toldByNoHop(URI router) {
            attach(deployment, Map.of("vllm.attach.router", router.toString()));

            assertThat(RESULTS).hasSize(3).allSatisfy(run -> {
                assertThat(run.hops()).isEmpty();
                assertThat(run.succeeded()).hasSize(2);
                assertThat(run.tokens().pulled()).as("prompt tokens pulled").isPositive();
                assertThat(run.conditions().facts()).containsEntry("external router", router.toString());
            });
            assertThat(RESULTS.get(1).tokens().computed())
                    .isEqualTo(RESULTS.get(1).tokens().prompt());
        }
    }

    @Nested
    class OverTls {

        private static Deployment deployment;

        @BeforeAll
        static void start(@TempDir Path directory) throws IOException {
            deployment = Deployment.overTls(directory);
        }

        @AfterAll
        static void stop() {
            deployment.close();
        }

        @Test
        void everythingWorksAsInTheClear() {
            attach(deployment, Map.of("vllm.tls.ca", Certificates.ca().toString()));

            assertThat(RESULTS).hasSize(3).allSatisfy(run -> {
                assertThat(run.hops()).hasSize(2);
                assertThat(run.conditions().facts().get("prefill-0")).startsWith("https://127.0.0.1:");
            });
            assertThat(RESULTS.subList(0, 2)).allSatisfy(cold -> {
                assertThat(cold.tokens().computed())
                        .isEqualTo(cold.tokens().prompt())
                        .isPositive();
                assertThat(cold.conditions().facts().values()).noneMatch(fact -> fact.contains("cache_salt"));
            });
        }
    }

    private static void attach(Deployment deployment, Map<String, String> more) {
        Map<String, String> settings =
                new HashMap<>(Map.of("vllm.profile", "local", "vllm.attach.token", Deployment.KEY));
        settings.putAll(more);
        AttachedTests.pass(
                Attached.class,
                deployment.url(NodeRole.PREFILL),
                deployment.url(NodeRole.DECODE),
                deployment.reports(),
                settings);
    }

    @PrefillNode(CPU)
    @DecodeNode(CPU)
    static class Attached {

        @PerformanceTest
        void coldTwiceAndWarm(ServingStack stack) {
            LongDocumentQa workload = longDocumentQa()
                    .documents(2)
                    .documentLength(1_000)
                    .repeat(1)
                    .outputTokens(4);
            RESULTS.add(stack.run(workload, CacheState.EMPTY).requireValid());
            RESULTS.add(stack.run(workload, CacheState.EMPTY).requireValid());
            RESULTS.add(stack.run(workload, CacheState.WARM).requireValid());
        }
    }
}
