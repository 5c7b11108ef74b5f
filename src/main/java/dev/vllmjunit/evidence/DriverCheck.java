package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.load.DriverHealth;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.topology.Figures;
import java.util.List;
import java.util.Optional;

/** Whether the driver kept up well enough for the times of a run to be the server's and not its own. */
public final class DriverCheck {

    /** Below, the 99th percentile of the send lateness is one request's: a single hiccup, and no sign of a slow driver. */
    private static final int ENOUGH_FOR_P99 = 100;

    private DriverCheck() {}

    /**
     * A problem where one time stamp in a hundred is later by more than the mean time to first token: such a time is more the
     * driver's than the server's. The lateness of sending counts from 100 requests on. Empty, too, where no request was answered.
     */
    public static Optional<Problem> check(List<RequestRecord> requests, DriverHealth health) {
        long sending = requests.size() < ENOUGH_FOR_P99 ? 0 : health.p99SendLatenessNanos();
        long own = Math.max(sending, health.p99LoopLagNanos());
        double mean = requests.stream()
                .filter(RequestRecord::succeeded)
                .mapToLong(RequestRecord::timeToFirstTokenNanos)
                .average()
                .orElse(Double.POSITIVE_INFINITY);
        return own <= mean
                ? Optional.empty()
                : Optional.of(new Problem(InvalidReason.CLIENT_TOO_SLOW, detail(health, mean)));
    }

    private static String detail(DriverHealth health, double mean) {
        return "the driver sent requests up to " + time(health.p99SendLatenessNanos()) + " late and read answers up to "
                + time(health.p99LoopLagNanos()) + " late (99th percentiles), longer than the"
                + " mean time to first token of " + Figures.seconds(mean / 1e9)
                + "; meanwhile garbage collection took " + time(health.gcNanos())
                + " and the hypervisor " + Figures.digits(health.stealFraction() * 100)
                + " % of the CPU time: give the driver's machine less else to do, or send less at once";
    }

    private static String time(long nanos) {
        return Figures.seconds(nanos / 1e9);
    }
}
