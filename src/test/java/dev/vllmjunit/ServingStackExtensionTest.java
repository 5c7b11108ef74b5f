package dev.vllmjunit;

import static dev.vllmjunit.topology.Accelerator.CPU;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The annotations' contract, on a provisioner that only keeps a diary. */
class ServingStackExtensionTest {

    private static final String HERE = "class dev.vllmjunit.ServingStackExtensionTest$";

    @BeforeEach
    void newDiary() {
        RecordingProvisioner.DIARY.clear();
    }

    @Test
    void startsOncePerClassAndStopsAfterItsLastTest() {
        run(TwoTests.class).testEvents().assertStatistics(stats -> stats.succeeded(2));

        assertThat(RecordingProvisioner.DIARY)
                .containsExactly("started 1P1D, ROCM to GAUDI, no S3 cache", "test", "test", "stopped");
    }

    @Test
    void readsMetaAnnotationsAndSuperclasses() {
        run(Inherits.class).testEvents().assertStatistics(stats -> stats.succeeded(1));

        assertThat(RecordingProvisioner.DIARY).first().isEqualTo("started 3P1D, ROCM+CPU to GAUDI, no S3 cache");
    }

    @Test
    void nestedClassesUseTheStackAroundThem() {
        run(Outer.class).testEvents().assertStatistics(stats -> stats.succeeded(2));

        assertThat(RecordingProvisioner.DIARY)
                .containsExactly("started 1P1D, ROCM to GAUDI, no S3 cache", "test", "test", "stopped");
    }

    @Test
    void anInstancePerClassMayTakeTheStackInItsConstructor() {
        run(InConstructor.class).testEvents().assertStatistics(stats -> stats.succeeded(1));

        assertThat(RecordingProvisioner.DIARY).hasSize(3).last().isEqualTo("stopped");
    }

    @Test
    void leavesTheParametersOfParameterizedTestsAlone() {
        run(Parameterized.class).testEvents().assertStatistics(stats -> stats.succeeded(2));
    }

    @Test
    void aStartThatFailsFailsTheClassAndNamesTheReason() {
        assertThat(failure(run(Broken.class))).isEqualTo("prefill-1 did not come up: no such device");
    }

    @Test
    void whatHadStartedStopsWhenALaterPartDoesNotStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EngineExecutionResults results = onRecording(TwoTests.class)
                    .configurationParameter("vllm.router.port", String.valueOf(taken.getLocalPort()))
                    .execute();

            assertThat(failure(results))
                    .isEqualTo("the router cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + "; free the port, or leave it out to take a free one");
        }
        assertThat(RecordingProvisioner.DIARY).containsExactly("started 1P1D, ROCM to GAUDI, no S3 cache", "stopped");
    }

    @Test
    void leavesNoRouterBehind() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();

        run(TwoTests.class).testEvents().assertStatistics(stats -> stats.succeeded(2));

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .filteredOn(thread -> !before.contains(thread))
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("vllm-router")));
    }

    @Test
    void refusesADeclarationThatMakesNoSense() {
        assertThat(failure(run(DecodeAlone.class)))
                .isEqualTo(HERE + "DecodeAlone: @DecodeNode(GAUDI) is declared without a prefill node to pull KV cache"
                        + " from; add @PrefillNode(ROCM), or another accelerator.");
        assertThat(failure(run(CacheAlone.class)))
                .isEqualTo(HERE + "CacheAlone: @S3Cache is declared, but no node fills it; add @PrefillNode and"
                        + " @DecodeNode.");
        assertThat(failure(run(TwoModels.class)))
                .isEqualTo(HERE + "TwoModels: the nodes serve different models: a/b, meta-llama/Llama-3.1-70B; KV cache"
                        + " moves only between nodes of one model: write the same model on every node, or none.");
        assertThat(RecordingProvisioner.DIARY).isEmpty();
    }

    @Test
    void whatIsKnownNotToWorkIsNotStartedWhereItWouldBeForReal() {
        RecordingProvisioner.startsEngines = true;
        try {
            assertThat(failure(run(Inherits.class)))
                    .isEqualTo(
                            HERE
                                    + """
                            Inherits: this is known not to work, and was not started:
                            profile nixl-only: prefill.environment.UCX_TLS: error ucx-transport-without-device
                                UCX_TLS names rocm, but the prefill node computes on CPU; UCX finds no such transport, and the \
                            node does not start
                                Fix: transports of the node's own accelerator in `UCX_TLS`, or `tcp,self,sm`
                            Correct it, or accept a rule's findings with a reason: lint: {silence: {RULE: REASON}} in the \
                            profile.""");
            assertThat(RecordingProvisioner.DIARY).isEmpty();
            run(TwoTests.class).testEvents().assertStatistics(stats -> stats.succeeded(2));
        } finally {
            RecordingProvisioner.startsEngines = false;
        }
        assertThat(Path.of("target/recording-reports/runs/dev.vllmjunit.ServingStackExtensionTest$Inherits"))
                .isDirectoryRecursivelyContaining("glob:**/lint.txt");
    }

    @Test
    void startsNothingWhereThePreflightFails() {
        EngineExecutionResults results = onRecording(Cached.class)
                .configurationParameter("vllm.s3.endpoint", "http://127.0.0.1:1")
                .execute();

        assertThat(failure(results))
                .startsWith("INVALID (NOT_READY): " + HERE + "Cached: the preflight failed, and nothing was started:\n")
                .contains("| s3 ", "http://127.0.0.1:1, bucket nixl", "| failed ");
        assertThat(RecordingProvisioner.DIARY).isEmpty();
    }

    @Test
    void refusesAStackThatNobodyDeclared() {
        assertThat(failure(run(Undeclared.class)))
                .isEqualTo(HERE + "Undeclared: a ServingStack is asked for, but the class declares no node; add"
                        + " @PrefillNode(ROCM) and @DecodeNode(GAUDI), or other accelerators.");
    }

    @Test
    void refusesAParameterThatNobodyCanInject() {
        assertThat(failure(run(WrongParameter.class)))
                .isEqualTo(
                        "dev.vllmjunit.ServingStackExtensionTest$WrongParameter.test: nobody can inject a"
                                + " BenchmarkResult; write a parameter of type ServingStack or Topology and take it from there.");
    }

    @Test
    void refusesAStackThatDoesNotExist() {
        EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(TwoTests.class))
                .configurationParameter("vllm.stack", "docer")
                .execute();

        assertThat(failure(results)).startsWith("vllm.stack is \"docer\"; write one of attach, docker, embedded");
    }

    @Test
    void tellsJUnitThatSeveralFailuresWithoutAFailAreInvalid() {
        assertThat(failure(run(Undecided.class))).isEqualTo("INVALID (INCONCLUSIVE): left open");
    }

    @Test
    void sayOfEachTestWhatBecameOfIt() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream console = System.out;
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            run(AllVerdicts.class)
                    .testEvents()
                    .assertStatistics(stats -> stats.succeeded(1).failed(3).aborted(1));
        } finally {
            System.setOut(console);
        }

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .contains(
                        "PASS  AllVerdicts.passes",
                        "FAIL  AllVerdicts.fails  too slow",
                        "INVALID (INCONCLUSIVE)  AllVerdicts.isLeftOpen  left open",
                        "INVALID (TEST_BROKEN)  AllVerdicts.breaks  java.lang.IllegalStateException: no run yet",
                        "SKIPPED  AllVerdicts.doesNotApply  Assumption failed: not here");
    }

    private static EngineExecutionResults run(Class<?> type) {
        return onRecording(type).execute();
    }

    private static EngineTestKit.Builder onRecording(Class<?> type) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(type))
                .configurationParameter("vllm.stack", "recording")
                .configurationParameter("vllm.reports.dir", "target/recording-reports");
    }

    private static String failure(EngineExecutionResults results) {
        List<Throwable> failures = results.allEvents().failed().stream()
                .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .toList();
        assertThat(failures).hasSize(1);
        Throwable failure = failures.get(0);
        return String.valueOf(
                failure instanceof ParameterResolutionException && failure.getCause() != null
                        ? failure.getCause().getMessage()
                        : failure.getMessage());
    }

    static void write(String entry) {
        RecordingProvisioner.DIARY.add(entry);
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class TwoTests {

        @PerformanceTest
        void one(ServingStack stack) {
            write("test");
            assertThat(stack.topology().prefill()).hasSize(1);
            assertThat(stack.name()).isEqualTo("recording");
        }

        @Test
        void two(Topology topology) {
            write("test");
            assertThat(topology.decode()).hasSize(1);
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @PrefillNode(value = ROCM, count = 2)
    @PrefillNode(CPU)
    @interface ThreePrefillNodes {}

    @DecodeNode(GAUDI)
    abstract static class Base {}

    @ThreePrefillNodes
    static class Inherits extends Base {

        @PerformanceTest
        void one(ServingStack stack) {
            assertThat(stack.nodes()).hasSize(4);
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class Outer {

        @PerformanceTest
        void one(ServingStack stack) {
            write("test");
        }

        @Nested
        class Inner {

            @PerformanceTest
            void two(ServingStack stack) {
                write("test");
            }
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class InConstructor {

        private final ServingStack stack;

        InConstructor(ServingStack stack) {
            this.stack = stack;
        }

        @Test
        void one() {
            write("test");
            assertThat(stack.nodes()).hasSize(2);
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class Parameterized {

        @ParameterizedTest
        @EnumSource(names = {"EMPTY", "WARM"})
        void test(CacheState state, ServingStack stack) {
            assertThat(state).isNotNull();
            assertThat(stack.results()).isEmpty();
        }
    }

    @PrefillNode(value = ROCM, count = RecordingProvisioner.TOO_MANY)
    @DecodeNode(GAUDI)
    static class Broken {

        @PerformanceTest
        void never(ServingStack stack) {
            write("test");
        }
    }

    @DecodeNode(GAUDI)
    static class DecodeAlone {

        @PerformanceTest
        void never(ServingStack stack) {}
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @S3Cache
    static class Cached {

        @PerformanceTest
        void never(ServingStack stack) {}
    }

    @S3Cache
    static class CacheAlone {

        @PerformanceTest
        void never(ServingStack stack) {}
    }

    @PrefillNode(value = ROCM, model = "a/b")
    @DecodeNode(GAUDI)
    static class TwoModels {

        @PerformanceTest
        void never(ServingStack stack) {}
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class Undecided {

        @PerformanceTest
        void several() {
            assertAll(Undecided::open, Undecided::open);
        }

        private static void open() {
            throw new InvalidRunException(InvalidReason.INCONCLUSIVE, "left open");
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class AllVerdicts {

        @PerformanceTest
        void passes() {}

        @PerformanceTest
        void fails() {
            throw new AssertionError("\ntoo slow");
        }

        @PerformanceTest
        void isLeftOpen() {
            Undecided.open();
        }

        @PerformanceTest
        void breaks() {
            throw new IllegalStateException("no run yet");
        }

        @PerformanceTest
        void doesNotApply() {
            assumeTrue(false, "not here");
        }
    }

    static class Undeclared {

        @PerformanceTest
        void never(ServingStack stack) {}
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class WrongParameter {

        @PerformanceTest
        void test(BenchmarkResult result) {}
    }
}
