package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.load.DriverHealth;
import dev.vllmjunit.load.Lateness;
import dev.vllmjunit.load.RequestRecord;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriverCheckTest {

    private static final long MILLI = 1_000_000;
    private static final Lateness IN_TIME = many(0, 0);

    @Test
    void aDriverWithinAllBoundsIsFastEnough() {
        assertThat(check(200, health(many(10, 20), many(10, 20), 1_000, 0.1))).isEmpty();
    }

    @Test
    void saysEachFigureWithItsBoundAndWhatToDo() {
        assertThat(check(200, health(many(11, 20), many(9, 21), 7, 0.125)))
                .contains(new Problem(
                        InvalidReason.CLIENT_TOO_SLOW,
                        "the client was too slow, so that the times are partly its own: mean send lateness 11 ms (at most"
                                + " 10 ms), p99 loop lag 21 ms (at most 20 ms), stolen CPU time 12.5 % (at most 10 %);"
                                + " within bounds: p99 send lateness 20 ms (at most 20 ms), mean loop lag 9 ms (at most"
                                + " 10 ms), garbage collection 7 ms (at most 1 s): give the driver's machine less else to do"
                                + " and its JVM more heap, or send less at once"));
    }

    @Test
    void saysWhenNothingIsWithinBounds() {
        assertThat(check(200, health(many(11, 21), many(11, 21), 1_001, 0.2)))
                .hasValueSatisfying(problem -> assertThat(problem.detail())
                        .endsWith("; within bounds: nothing: give the driver's machine less else to do and its JVM more"
                                + " heap, or send less at once"));
    }

    @Test
    void namesTheCompilersWhereTheyWorkedForATwentiethOfTheRun() {
        assertThat(check(200, compiling(500))).hasValueSatisfying(problem -> assertThat(problem.detail())
                .endsWith("or send less at once; the JVM's compilers worked for 500 ms meanwhile, of which"
                        + " -XX:TieredStopAtLevel=1 among its arguments spares most"));
        assertThat(check(200, compiling(499)))
                .hasValueSatisfying(problem -> assertThat(problem.detail()).endsWith("or send less at once"));
    }

    @ParameterizedTest
    @CsvSource({
        // TTFT, mean, p99, largest, whether it is in time
        "200, 10, 20, 500, true", "200, 11, 20, 500, false", "200, 10, 21, 500, false",
        "10, 2, 10, 500, true", "10, 3, 10, 500, false", "10, 2, 11, 500, false"
    })
    void latenessIsBoundByTheTimeToFirstTokenAndNeverBelowAFloor(
            int ttft, int mean, int p99, int largest, boolean inTime) {
        Lateness late = new Lateness(100, mean * MILLI, p99 * MILLI, largest * MILLI);

        assertThat(check(ttft, health(late, IN_TIME, 0, 0)).isEmpty()).isEqualTo(inTime);
        assertThat(check(ttft, health(IN_TIME, late, 0, 0)).isEmpty()).isEqualTo(inTime);
    }

    @ParameterizedTest
    @CsvSource({"400, 200, true", "400, 201, false", "10, 100, true", "10, 101, false"})
    void aSingleHiccupOfAFewRequestsHasABoundOfItsOwn(int ttft, int largest, boolean inTime) {
        Lateness late = new Lateness(99, 0, largest * MILLI, largest * MILLI);

        assertThat(check(ttft, health(late, IN_TIME, 0, 0)).isEmpty()).isEqualTo(inTime);
    }

    @Test
    void namesTheLargestWhereThereAreTooFewForAP99() {
        assertThat(check(200, health(new Lateness(3, 0, 120 * MILLI, 120 * MILLI), IN_TIME, 0, 0)))
                .hasValueSatisfying(problem ->
                        assertThat(problem.detail()).contains("largest send lateness 120 ms (at most 100 ms)"));
    }

    @ParameterizedTest
    @CsvSource({
        "10, 1000, 0.1, true",
        "10, 1001, 0.1, false",
        "10, 1000, 0.11, false",
        "0.5, 100, 0.2, true",
        "0.5, 101, 0.2, false",
        "0.5, 100, 0.21, false"
    })
    void pausesAndStolenTimeAreBoundByTheRunsLength(double seconds, long gcMillis, double stolen, boolean inTime) {
        Duration duration = Duration.ofMillis((long) (seconds * 1_000));

        assertThat(DriverCheck.check(List.of(answered(200)), duration, health(IN_TIME, IN_TIME, gcMillis, stolen))
                        .isEmpty())
                .isEqualTo(inTime);
    }

    @Test
    void fewRequestsHaveAMeanAndNoTail() {
        List<RequestRecord> requests =
                Stream.of(answered(20), answered(100), answered(480), failed()).toList();
        Duration duration = Duration.ofSeconds(10);

        assertThat(DriverCheck.check(requests, duration, health(many(10, 900), many(10, 900), 0, 0)))
                .isEmpty();
        assertThat(DriverCheck.check(requests, duration, health(many(11, 900), IN_TIME, 0, 0)))
                .hasValueSatisfying(problem -> assertThat(problem.detail())
                        .contains("mean send lateness 11 ms (at most 10 ms); within bounds: mean loop lag"));
    }

    @Test
    void saysNothingWhereNoRequestWasAnswered() {
        assertThat(DriverCheck.check(
                        Collections.nCopies(100, failed()),
                        Duration.ofSeconds(1),
                        health(many(900, 900), many(900, 900), 900, 1)))
                .isEmpty();
    }

    private static Optional<Problem> check(int ttftMillis, DriverHealth health) {
        return DriverCheck.check(Collections.nCopies(100, answered(ttftMillis)), Duration.ofSeconds(10), health);
    }

    private static DriverHealth compiling(int millis) {
        return new DriverHealth(many(11, 20), IN_TIME, 0, millis * MILLI, 0, 1);
    }

    private static Lateness many(long meanMillis, long p99Millis) {
        return new Lateness(100, meanMillis * MILLI, p99Millis * MILLI, 900 * MILLI);
    }

    private static DriverHealth health(Lateness sending, Lateness loop, long gcMillis, double stolen) {
        return new DriverHealth(sending, loop, gcMillis * MILLI, 0, stolen, 1);
    }

    private static RequestRecord answered(long millis) {
        return request(new long[] {millis * MILLI}, Optional.empty());
    }

    private static RequestRecord failed() {
        return request(new long[0], Optional.of("HTTP 500"));
    }

    private static RequestRecord request(long[] tokens, Optional<String> error) {
        return new RequestRecord(0, 0, "r", 0, 0, tokens, 900 * MILLI, 1, 8, "", Optional.of("length"), error);
    }
}
