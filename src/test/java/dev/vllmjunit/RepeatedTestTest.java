package dev.vllmjunit;

import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.opentest4j.TestAbortedException;

/** {@link PerformanceTest#repetitions()} on a provisioner that only keeps a diary. */
class RepeatedTestTest {

    private static final String HERE = "class dev.vllmjunit.RepeatedTestTest$";

    @BeforeEach
    void newDiary() {
        RecordingProvisioner.DIARY.clear();
    }

    @Test
    void theBodyRunsSoOftenWithinOneTestAndOneLifecycle() {
        run(Thrice.class).testEvents().assertStatistics(stats -> stats.started(1)
                .succeeded(1));

        assertThat(diary())
                .containsExactly("before", "body 1 of a test", "body 2 of a test", "body 3 of a test", "after");
    }

    @Test
    void aMetaAnnotationSaysSoToo() {
        run(Composed.class).testEvents().assertStatistics(stats -> stats.succeeded(1));

        assertThat(diary()).containsExactly("body", "body");
    }

    @Test
    void oneRepetitionIsTheDefault() {
        run(Once.class).testEvents().assertStatistics(stats -> stats.succeeded(1));

        assertThat(diary()).containsExactly("body");
    }

    @Test
    void anExceptionEndsTheTestAtOnceAndIsToldWithItsRepetition() {
        Throwable failure = failure(run(FailsInTheSecond.class));

        assertThat(failure).isInstanceOf(IOException.class).hasMessage("no such file");
        assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("in repetition 2 of 3");
        assertThat(diary()).containsExactly("body", "body");
    }

    @Test
    void theLastRepetitionIsToldAsTheOneThatStandsForAll() {
        assertThat(failure(run(FailsInTheLast.class)).getSuppressed())
                .extracting(Throwable::getMessage)
                .containsExactly("in the last of 2 repetitions, whose results stand for all of them");
    }

    @Test
    void anAssumptionThatDoesNotHoldAbortsTheWholeTest() {
        EngineExecutionResults results = run(Assumes.class);

        results.testEvents().assertStatistics(stats -> stats.started(1).aborted(1));
        assertThat(ends(results)).singleElement().isInstanceOf(TestAbortedException.class);
        assertThat(diary()).containsExactly("body");
    }

    @Test
    void fewerRepetitionsThanOneAreRefusedBeforeAnythingIsStarted() {
        assertThat(failure(run(Never.class)))
                .hasMessage(HERE + "Never: @PerformanceTest(repetitions = 0) on method test: a test runs once at least;"
                        + " write 1 or more.");
        assertThat(failure(run(OuterOfNever.class)))
                .hasMessage(HERE + "OuterOfNever$Inner: @PerformanceTest(repetitions = -1) on method test: a test runs"
                        + " once at least; write 1 or more.");
        assertThat(RecordingProvisioner.DIARY).isEmpty();
    }

    @Test
    void aClassWithoutAStackHasNothingToRepeat() {
        assertThat(failure(run(Undeclared.class)))
                .hasMessage(HERE + "Undeclared: a ServingStack is asked for, but the class declares no node; add"
                        + " @PrefillNode(ROCM) and @DecodeNode(GAUDI), or other accelerators.");
    }

    private static EngineExecutionResults run(Class<?> type) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(type))
                .configurationParameter("vllm.stack", "recording")
                .configurationParameter("vllm.reports.dir", "target/recording-reports")
                .execute();
    }

    private static Throwable failure(EngineExecutionResults results) {
        results.allEvents().assertStatistics(stats -> stats.failed(1));
        return ends(results).get(0);
    }

    private static List<Throwable> ends(EngineExecutionResults results) {
        return Stream.concat(results.allEvents().failed().stream(), results.allEvents().aborted().stream())
                .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .toList();
    }

    private static List<String> diary() {
        return RecordingProvisioner.DIARY.stream()
                .filter(entry -> !entry.startsWith("st"))
                .toList();
    }

    private static void write(String entry) {
        RecordingProvisioner.DIARY.add(entry);
    }

    private static long bodies() {
        return diary().stream().filter("body"::equals).count();
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class Thrice {

        private int bodies;

        @BeforeEach
        void before() {
            write("before");
        }

        @PerformanceTest(repetitions = 3)
        void test(ServingStack stack, TestInfo info) {
            bodies++;
            write("body " + bodies + " of a "
                    + info.getTestMethod().orElseThrow().getName());
            assertThat(stack.name()).isEqualTo("recording");
        }

        @AfterEach
        void after() {
            write("after");
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @PerformanceTest(repetitions = 2)
    @interface Careful {}

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class Composed {

        @Careful
        void test() {
            write("body");
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class Once {

        @PerformanceTest
        void test() {
            write("body");
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class FailsInTheSecond {

        @PerformanceTest(repetitions = 3)
        void test() throws IOException {
            write("body");
            if (bodies() == 2) {
                throw new IOException("no such file");
            }
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class FailsInTheLast {

        @PerformanceTest(repetitions = 2)
        void test() {
            write("body");
            assertThat(bodies()).isEqualTo(1);
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class Assumes {

        @PerformanceTest(repetitions = 3)
        void test() {
            write("body");
            assumeTrue(false, "not here");
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class Never {

        @PerformanceTest(repetitions = 0)
        void test() {}
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    static class OuterOfNever {

        @Nested
        class Inner {

            @PerformanceTest(repetitions = -1)
            void test() {}
        }
    }

    static class Undeclared {

        @PerformanceTest(repetitions = 2)
        void test() {}
    }
}
