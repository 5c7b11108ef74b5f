package dev.vllmjunit;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static dev.vllmjunit.evidence.CacheState.EMPTY;
import static dev.vllmjunit.evidence.CacheState.S3_ONLY;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Injection;
import dev.vllmjunit.evidence.WrongOutputError;
import dev.vllmjunit.faults.During;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.workload.LongDocumentQa;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What has to hold among faults, on any stack that starts its nodes: no wrong output, no request that hangs. Run by {@link FaultsIT},
 * {@link LocalInjectionIT} and {@link DockerInjectionIT}. A second of a real stack is a tenth of one here where hardware is modelled.
 */
@PrefillNode(ROCM)
@DecodeNode(ROCM)
@S3Cache
@FaultyLinks
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultScenarios {

    /** All but a store that refuses connections: real LMCache leaves S3 off for ever after three refusals. */
    static final List<String> OF_REAL_NODES = List.of(
            "theObjectStoreIsCutOffAndComesBack",
            "theObjectStoreIsFarAway",
            "theWayToTheObjectStoreIsNarrow",
            "theKeysOfTheCacheExpireAndAreRenewed",
            "thePrefillNodeIsPausedAndResumed",
            "foreignAndTruncatedObjectsHangNothing",
            "alteredObjectsGiveWrongOutputAndTheRunSaysSo",
            "nothingOfAllThisIsLeft",
            "theDecodeNodeIsKilledAndThereAgainAtTheEnd");

    private static final int DOCUMENTS = 16;
    private static final Duration LONGEST = ofSeconds(60);

    private final ServingStack stack;

    FaultScenarios(ServingStack stack) {
        this.stack = stack;
    }

    @Test
    @Order(1)
    void theObjectStoreIsCutOffAndComesBack() {
        BenchmarkResult run = stack.run(
                eachOnce(1),
                S3_ONLY,
                During.after(seconds(2), faults -> faults.s3Link().cut())
                        .andAfter(seconds(5), faults -> faults.s3Link().heal()));

        assertThat(run.injections()).extracting(Injection::what).containsExactly("S3 link cut", "S3 link healed");
        holds(run);
        assertThat(run).errorRate().isEqualTo(withPercentage(0));
        assertThat(run).recoveryTime().isLessThan(LONGEST);
    }

    @Test
    @Order(2)
    void theObjectStoreIsFarAway() {
        stack.faults().s3Link().delay(ofMillis(20));

        BenchmarkResult run = stack.run(eachOnce(2), S3_ONLY);

        assertThat(run.injected()).containsExactly("S3 link delayed by 20 ms from the start on");
        holds(run);
        assertThat(run).errorRate().isEqualTo(withPercentage(0));
        assertThat(run).cacheHitRate().isGreaterThan(withPercentage(50));
    }

    @Test
    @Order(3)
    void theWayToTheObjectStoreIsNarrow() {
        stack.faults().s3Link().limit(stack.modelled() ? 4_000_000 : 8_000_000);

        BenchmarkResult run = stack.run(eachOnce(9), S3_ONLY);

        assertThat(run.injected())
                .containsExactly("S3 link limited to " + (stack.modelled() ? 4 : 8) + " MB/s from the start on");
        holds(run);
        assertThat(run).errorRate().isEqualTo(withPercentage(0));
        assertThat(run).cacheHitRate().isGreaterThan(withPercentage(50));
    }

    @Test
    @Order(4)
    void thePrefillNodeIsPausedAndResumed() {
        BenchmarkResult run = stack.run(
                eachOnce(3),
                EMPTY,
                During.after(seconds(2), faults -> faults.prefill(0).pause())
                        .andAfter(seconds(5), faults -> faults.prefill(0).resume()));

        holds(run);
        assertThat(run).errorRate().isEqualTo(withPercentage(0));
        assertThat(run).recoveryTime().isLessThan(LONGEST);
    }

    @Test
    @Order(5)
    void theKeysOfTheCacheExpireAndAreRenewed() {
        BenchmarkResult run = stack.run(
                eachOnce(4),
                S3_ONLY,
                During.after(seconds(2), faults -> faults.credentials().expire())
                        .andAfter(seconds(5), faults -> faults.credentials().renew()));

        holds(run);
        assertThat(run).errorRate().isEqualTo(withPercentage(0));
        assertThat(run).recoveryTime().isLessThan(LONGEST);
    }

    @Test
    @Order(6)
    void foreignAndTruncatedObjectsHangNothing() {
        try {
            BenchmarkResult run = stack.run(eachOnce(5), S3_ONLY, During.after(Duration.ZERO, faults -> {
                faults.objects().addForeign(3);
                faults.objects().truncate(5);
            }));
            holds(run);
        } catch (WrongOutputError e) {
            assertThat(latest().outputsFail()).isTrue();
        }
        assertThat(latest().requests()).allMatch(RequestRecord::succeeded);
    }

    @Test
    @Order(7)
    void alteredObjectsGiveWrongOutputAndTheRunSaysSo() {
        assertThatExceptionOfType(WrongOutputError.class)
                .isThrownBy(() -> stack.run(eachOnce(6), S3_ONLY, During.after(Duration.ZERO, faults -> faults.objects()
                        .alter(DOCUMENTS))));

        assertThat(latest().requests()).allMatch(RequestRecord::succeeded);
    }

    @Test
    @Order(8)
    void nothingOfAllThisIsLeft() {
        stack.run(eachOnce(8), S3_ONLY).requireValid();
    }

    @Test
    @Order(9)
    void theDecodeNodeIsKilledAndThereAgainAtTheEnd() {
        BenchmarkResult run = stack.run(eachOnce(7), EMPTY, During.after(seconds(3), faults -> faults.decode(0)
                .kill()));

        holds(run);
        assertThat(run).errorRate().isGreaterThan(withPercentage(5));
        assertThat(run.requests())
                .filteredOn(request -> !request.succeeded())
                .allSatisfy(request -> assertThat(request.error().orElseThrow()).containsIgnoringCase("decode"));
    }

    /** The last one: LMCache leaves an object store alone that has refused it three times, also when it is back. */
    @Test
    @Order(10)
    void theObjectStoreRefusesConnectionsForAWhile() {
        BenchmarkResult run = stack.run(
                eachOnce(10),
                S3_ONLY,
                During.after(seconds(2), faults -> faults.s3Link().refuse())
                        .andAfter(seconds(5), faults -> faults.s3Link().heal()));

        assertThat(run.injections())
                .extracting(Injection::what)
                .containsExactly("S3 link refusing connections", "S3 link healed");
        holds(run);
        assertThat(run).errorRate().isEqualTo(withPercentage(0));
        assertThat(run).recoveryTime().isLessThan(LONGEST);
    }

    private void holds(BenchmarkResult run) {
        ends(run);
        assertThat(run).hasNoWrongOutput();
    }

    private static void ends(BenchmarkResult run) {
        assertThat(run).everyRequestEnded().endedWithin(LONGEST);
    }

    private BenchmarkResult latest() {
        List<BenchmarkResult> results = stack.results();
        return results.get(results.size() - 1);
    }

    private LongDocumentQa eachOnce(int seed) {
        return longDocumentQa()
                .documents(DOCUMENTS)
                .documentLength(600)
                .eachDocumentOnce()
                .outputTokens(4)
                .seed(seed)
                .requestRate(stack.modelled() ? 20 : 2);
    }

    private Duration seconds(int real) {
        return stack.modelled() ? ofMillis(100L * real) : ofSeconds(real);
    }
}
