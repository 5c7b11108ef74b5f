package dev.vllmjunit.load;

import static dev.vllmjunit.load.Driving.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the driver reports, request by request, beside what a server in a process of its own says it did. */
@EnabledOnOs(OS.LINUX)
class DriverTruthTest {

    private static final Plan QUICK = new Plan(2_000, 1_000, 5);
    /** What a busy machine may add. */
    private static final double SLACK_MILLIS = 150;

    private static ReferenceProcess server;

    @BeforeAll
    static void start() {
        server = ReferenceProcess.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tellsOfEachRequestWhatTheServerDid() {
        LoadResult result = run(new Arrivals.ClosedLoop(4), Duration.ZERO, QUICK, QUICK, QUICK, QUICK, QUICK, QUICK);

        assertThat(result.requests()).hasSize(6).allSatisfy(request -> {
            Truth truth = Truth.of(request);
            assertThat(request.error()).isEmpty();
            assertThat(truth.events()).isEqualTo(5).isEqualTo(request.tokenNanos().length);
            assertThat(truth.receivedNanos()).isGreaterThan(request.sentNanos());
            assertThat(request.tokenNanos()[4]).isLessThanOrEqualTo(request.endNanos());
            assertThat(request.tokenNanos()).isSorted();
            assertThat(truth.ttftErrorMillis()).isBetween(0.0, SLACK_MILLIS);
            assertThat(truth.delaysMillis().boxed()).hasSize(5).allMatch(delay -> delay > 0 && delay < SLACK_MILLIS);
        });
    }

    @Test
    void aSlowFirstTokenIsThatRequestsAlone() {
        Plan slow = new Plan(600_000, 1_000, 5);

        LoadResult result = run(new Arrivals.ClosedLoop(3), Duration.ZERO, QUICK, QUICK, slow, QUICK, QUICK, QUICK);

        assertThat(ttftMillis(result, 2)).isGreaterThanOrEqualTo(600);
        assertThat(Truth.of(result.requests().get(2)).ttftErrorMillis()).isBetween(0.0, SLACK_MILLIS);
        assertThat(List.of(0, 1, 3, 4, 5)).allMatch(index -> ttftMillis(result, index) < 600);
    }

    @Test
    void aLongPromptIsCompleteBeforeTheServersClockStarts() {
        byte[] body = new Plan(5_000, 1_000, 3).body(150_000);
        PlannedRequest planned = new Plan(5_000, 1_000, 3).request(0, Duration.ZERO, body);

        RequestRecord request =
                run(new Arrivals.ClosedLoop(1), List.of(planned)).requests().get(0);

        assertThat(request.error()).isEmpty();
        assertThat(Truth.of(request).ttftNanos()).isGreaterThanOrEqualTo(5_000_000);
        assertThat(Truth.of(request).ttftErrorMillis()).isBetween(0.0, SLACK_MILLIS);
    }

    @Test
    void anOpenLoopShowsAStallInItsTail() {
        Plan[] plans = plans(40);

        LoadResult result = run(new Arrivals.ConstantRate(50), Duration.ofMillis(20), plans);

        // Sent every 20 ms into a stall of 400 ms: the one that set it off, and some fifteen behind it, waited 100 ms
        // or more.
        assertThat(longerThan(100, result)).isGreaterThanOrEqualTo(12);
        assertThat(ttftMillis(result, 10)).isGreaterThanOrEqualTo(400);
        assertThat(ttftMillis(result, 11)).isBetween(330.0, 380.0 + SLACK_MILLIS);
        assertThat(ttftMillis(result, 20)).isBetween(150.0, 200.0 + SLACK_MILLIS);
    }

    @Test
    void aClosedLoopShowsItInAsManyRequestsAsItHasSlots() {
        Plan[] plans = plans(40);

        LoadResult result = run(new Arrivals.ClosedLoop(2), Duration.ZERO, plans);

        assertThat(ttftMillis(result, 10)).isGreaterThanOrEqualTo(400);
        assertThat(longerThan(300, result)).isBetween(1L, 2L);
    }

    /** The tenth of some quick requests stops the whole server for 400 ms. */
    private static Plan[] plans(int requests) {
        return IntStream.range(0, requests)
                .mapToObj(index -> index == 10 ? new Plan(1_000, 1_000, 2, 400_000) : new Plan(1_000, 1_000, 2))
                .toArray(Plan[]::new);
    }

    private static long longerThan(double millis, LoadResult result) {
        return result.requests().stream()
                .filter(request -> request.timeToFirstTokenNanos() > millis * 1e6)
                .count();
    }

    private static double ttftMillis(LoadResult result, int index) {
        return result.requests().get(index).timeToFirstTokenNanos() / 1e6;
    }

    private static LoadResult run(Arrivals arrivals, Duration gap, Plan... plans) {
        return run(
                arrivals,
                IntStream.range(0, plans.length)
                        .mapToObj(index -> plans[index].request(index, gap.multipliedBy(index), plans[index].body(8)))
                        .toList());
    }

    private static LoadResult run(Arrivals arrivals, List<PlannedRequest> requests) {
        try (NettyLoadDriver driver = new NettyLoadDriver()) {
            return driver.run(
                    new Schedule("truth", "/v1/completions", arrivals, requests),
                    server.endpoint(),
                    TIMEOUT,
                    finished -> {});
        }
    }
}
