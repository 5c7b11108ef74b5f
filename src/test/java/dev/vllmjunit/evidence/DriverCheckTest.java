package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.load.DriverHealth;
import dev.vllmjunit.load.RequestRecord;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DriverCheckTest {

    private static final long MILLI = 1_000_000;

    @Test
    void lateByTheMeanTimeToFirstTokenIsInTime() {
        assertThat(DriverCheck.check(hundred(answered(50), answered(150)), late(100 * MILLI, 100 * MILLI)))
                .isEmpty();
    }

    @Test
    void laterThanThatIsTooSlow() {
        assertThat(DriverCheck.check(hundred(answered(50), answered(150)), late(20 * MILLI, 101 * MILLI)))
                .contains(new Problem(
                        InvalidReason.CLIENT_TOO_SLOW,
                        "the driver sent requests up to 20 ms late and read answers up to 101 ms late (99th percentiles),"
                                + " longer than the mean time to first token of 100 ms; meanwhile garbage"
                                + " collection took 7 ms and the hypervisor 12.5 % of the CPU time: give the driver's"
                                + " machine less else to do, or send less at once"));
    }

    @Test
    void sendingAHundredRequestsLaterThanThatIsTooSlow() {
        assertThat(DriverCheck.check(Collections.nCopies(100, answered(100)), late(101 * MILLI, 0)))
                .map(Problem::reason)
                .contains(InvalidReason.CLIENT_TOO_SLOW);
    }

    @Test
    void oneLateRequestAmongFewIsNoSlowDriver() {
        assertThat(DriverCheck.check(Collections.nCopies(99, answered(100)), late(101 * MILLI, 101 * MILLI)))
                .isEmpty();
    }

    @Test
    void saysNothingWhereNoRequestWasAnswered() {
        assertThat(DriverCheck.check(Collections.nCopies(100, failed()), late(MILLI, MILLI)))
                .isEmpty();
    }

    private static List<RequestRecord> hundred(RequestRecord one, RequestRecord other) {
        return Stream.concat(Collections.nCopies(50, one).stream(), Collections.nCopies(50, other).stream())
                .toList();
    }

    private static DriverHealth late(long sendNanos, long lagNanos) {
        return new DriverHealth(900 * MILLI, sendNanos, 900 * MILLI, lagNanos, 7 * MILLI, 0.125, 1);
    }

    private static RequestRecord answered(long millis) {
        long[] tokens = {millis * MILLI};
        return request(tokens, Optional.empty());
    }

    private static RequestRecord failed() {
        return request(new long[0], Optional.of("HTTP 500"));
    }

    private static RequestRecord request(long[] tokens, Optional<String> error) {
        return new RequestRecord(0, 0, "r", 0, 0, tokens, 200 * MILLI, 1, 8, "", Optional.of("length"), error);
    }
}
