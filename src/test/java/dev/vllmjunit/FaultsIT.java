package dev.vllmjunit;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.evidence.CacheState.EMPTY;
import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.faults.During;
import dev.vllmjunit.workload.LongDocumentQa;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.Events;

/** Faults on purpose on the embedded stack. */
@Timeout(300)
class FaultsIT {

    private static final LongDocumentQa WORKLOAD = longDocumentQa()
            .documents(20)
            .documentLength(400)
            .eachDocumentOnce()
            .outputTokens(4)
            .requestRate(20);

    @Test
    void outputsStayRightNothingHangsAndNodesRecover(@TempDir Path reports) {
        List<Events> groups = List.of(
                run(
                        reports.resolve("way"),
                        "theObjectStoreIsCutOffAndComesBack",
                        "theObjectStoreIsFarAway",
                        "theWayToTheObjectStoreIsNarrow"),
                run(
                        reports.resolve("store"),
                        "theObjectStoreRefusesConnectionsForAWhile",
                        "theKeysOfTheCacheExpireAndAreRenewed",
                        "foreignAndTruncatedObjectsHangNothing"),
                run(
                        reports.resolve("rest"),
                        "thePrefillNodeIsPausedAndResumed",
                        "alteredObjectsGiveWrongOutputAndTheRunSaysSo",
                        "nothingOfAllThisIsLeft",
                        "theDecodeNodeIsKilledAndThereAgainAtTheEnd"),
                Scenarios.run(OnlyHere.class, "embedded", reports.resolve("here")));

        assertThat(groups.stream().map(Events::succeeded))
                .extracting(Events::count)
                .containsExactly(3L, 3L, 4L, 6L);
    }

    private static Events run(Path reports, String... scenarios) {
        return Scenarios.run(FaultScenarios.class, "embedded", reports, scenarios);
    }

    @Test
    void whatATestLeavesBehindIsUndoneAlsoWhenItThrows(@TempDir Path reports) {
        Scenarios.run(Careless.class, "embedded", reports)
                .assertStatistics(tests -> tests.started(2).succeeded(1))
                .failed()
                .assertEventsMatchExactly(event(finishedWithFailure(message("the author's mistake"))));
    }

    @Test
    void withoutLinksNothingIsDisturbed(@TempDir Path reports) {
        Scenarios.run(WithoutLinks.class, "embedded", reports)
                .failed()
                .assertEventsMatchExactly(event(finishedWithFailure(
                        message("no link of this stack goes through this JVM; add @FaultyLinks to the test class"))));
    }

    @PrefillNode(ROCM)
    @DecodeNode(ROCM)
    @FaultyLinks
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class OnlyHere {

        @Test
        void aTransferThatIsHeldUpArrives(ServingStack stack) {
            BenchmarkResult run = stack.run(
                    WORKLOAD,
                    EMPTY,
                    During.after(ofMillis(200), faults -> faults.transferLink().cut())
                            .andAfter(ofMillis(600), faults -> faults.transferLink()
                                    .heal()));

            assertThat(run).hasNoWrongOutput().everyRequestEnded();
            assertThat(run).errorRate().isEqualTo(withPercentage(0));
            assertThat(run).recoveryTime().isLessThan(ofSeconds(20));
        }

        @Test
        void aKilledNodeIsRestartedInMidRun(ServingStack stack) {
            BenchmarkResult run = stack.run(
                    WORKLOAD.documents(60),
                    EMPTY,
                    During.after(ofMillis(300), faults -> faults.prefill(0).kill())
                            .andAfter(ofMillis(600), faults -> faults.prefill(0).restart()));

            assertThat(run).hasNoWrongOutput().everyRequestEnded();
            assertThat(run).errorRate().isGreaterThan(withPercentage(1));
            assertThat(run).recoveryTime().isLessThan(ofSeconds(20));
            assertThat(run).hitRateAfterRecovery().isEqualTo(withPercentage(0));
            assertThatExceptionOfType(InvalidRunException.class)
                    .isThrownBy(() -> assertThat(run).cacheHitRate().isEqualTo(withPercentage(0)))
                    .withMessageStartingWith("INVALID (NOT_OBSERVABLE): a node's counters do not tell of the whole run,"
                            + " since they ended with it: prefill-0 killed");
        }

        @Test
        void aStepThatComesTooLateMakesTheRunInvalid(ServingStack stack) {
            BenchmarkResult run = stack.run(WORKLOAD, EMPTY, During.after(ofMinutes(5), faults -> faults.decode(0)
                    .kill()));

            assertThatExceptionOfType(InvalidRunException.class)
                    .isThrownBy(run::requireValid)
                    .withMessageStartingWith(
                            "INVALID (NOT_OBSERVABLE): all requests had ended before 1 of 1 steps of the"
                                    + " faults on purpose were due, the first of them after 300 s; send requests for longer");
        }

        @Test
        @Order(1)
        void expectationsAreHeldAgainstUndisturbedRunsAlone(ServingStack stack) {
            stack.run(WORKLOAD, EMPTY, During.after(Duration.ZERO, faults -> faults.transferLink()
                    .delay(ofMillis(1))));
            assertThat(throughput(stack)).contains("there is no run in cache state EMPTY");

            stack.run(WORKLOAD, EMPTY);

            assertThat(throughput(stack)).doesNotContain("there is no run");
        }

        private static String throughput(ServingStack stack) {
            return stack.expectations().rows().stream()
                    .filter(row -> row.expectation().row().equals("throughput"))
                    .findFirst()
                    .orElseThrow()
                    .sentence();
        }

        @Test
        void aTransferLinkThatRefusesFailsRequestsUntilItIsHealed(ServingStack stack) {
            BenchmarkResult run = stack.run(
                    WORKLOAD,
                    EMPTY,
                    During.after(ofMillis(200), faults -> faults.transferLink().refuse())
                            .andAfter(ofMillis(400), faults -> faults.transferLink()
                                    .heal()));

            assertThat(run).hasNoWrongOutput().everyRequestEnded();
            assertThat(run).errorRate().isGreaterThan(withPercentage(1));
            assertThat(run).recoveryTime().isLessThan(ofSeconds(20));
        }

        @Test
        void whatAStepThrowsIsThrown(ServingStack stack) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> stack.run(WORKLOAD, EMPTY, During.after(ofMillis(100), faults -> faults.objects()
                            .alter(1))))
                    .withMessage(
                            "the embedded stack has no object store that this test reaches; add @S3Cache to the class");
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @FaultyLinks
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Careless {

        @Test
        @Order(1)
        void leavesEverythingBroken(ServingStack stack) {
            stack.faults().transferLink().cut();
            stack.faults().prefill(0).pause();
            stack.faults().decode(0).kill();
            throw new IllegalStateException("the author's mistake");
        }

        @Test
        @Order(2)
        void findsNothingOfIt(ServingStack stack) {
            stack.run(WORKLOAD, EMPTY).requireValid();
        }
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @S3Cache
    static class WithoutLinks {

        @Test
        void cut(ServingStack stack) {
            stack.faults().s3Link().cut();
        }
    }
}
