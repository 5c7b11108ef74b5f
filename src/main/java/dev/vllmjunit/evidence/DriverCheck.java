package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.load.DriverHealth;
import dev.vllmjunit.load.Lateness;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.topology.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether the driver kept up well enough for the times of a run to be the server's and not its own. Each figure has a bound that
 * is relative to what was measured, as a late timestamp matters by its share of the time it is part of, and an absolute one below
 * which it never counts, as any thread on a busy machine is sometimes that late.
 */
public final class DriverCheck {

    /** A mean time moves by the driver's mean lateness: by a twentieth at most, less than runs differ among themselves. */
    private static final double MEAN_SHARE = 0.05;

    private static final double MEAN_SECONDS = 0.002;

    /** A late timestamp in a hundred moves a tail, no median: by a tenth, about what a 99th percentile is known to. */
    private static final double P99_SHARE = 0.1;

    private static final double P99_SECONDS = 0.01;

    /** Below, a 99th percentile is the largest value: a single hiccup, which counts by its part in the mean. */
    private static final int ENOUGH_FOR_P99 = 100;

    private static final double LARGEST_SHARE = 0.5;
    private static final double LARGEST_SECONDS = 0.1;

    /** A pause, or CPU time given to others, hits the requests under way: a tenth of them, if a tenth of the run is lost to it. */
    private static final double LOST_SHARE = 0.1;

    /** Both are counted in steps of up to ten milliseconds: a short run's share is mostly chance. */
    private static final double LOST_SECONDS = 0.1;

    private static final double COMPILING_SHARE = 0.05;

    private DriverCheck() {}

    private record Figure(String what, double value, double limit, DoubleFunction<String> form) {

        boolean isBeyond() {
            return value > limit;
        }

        @Override
        public String toString() {
            return what + " " + form.apply(value) + " (at most " + form.apply(limit) + ")";
        }
    }

    /**
     * A problem where a figure of the driver is beyond its bound: send lateness and loop lag on average beyond 2 ms and 5 % of the
     * mean time to first token; where 100 requests or more make a tail, their 99th percentiles beyond 10 ms and 10 % of that of the
     * time to first token, or, of fewer than 100 values, the largest beyond 100 ms and 50 % of the largest time to first token;
     * garbage collection, or CPU time stolen by the hypervisor, beyond 100 ms and 10 % of the run. Empty, too, where no request was
     * answered.
     *
     * @param duration the whole run's
     */
    public static Optional<Problem> check(List<RequestRecord> requests, Duration duration, DriverHealth health) {
        double[] seconds = requests.stream()
                .filter(RequestRecord::succeeded)
                .mapToDouble(request -> request.timeToFirstTokenNanos() / 1e9)
                .sorted()
                .toArray();
        if (seconds.length == 0) {
            return Optional.empty();
        }
        List<Figure> figures = figures(seconds, duration.toNanos() / 1e9, health);
        return figures.stream().anyMatch(Figure::isBeyond)
                ? Optional.of(new Problem(InvalidReason.CLIENT_TOO_SLOW, detail(figures) + compilers(health, duration)))
                : Optional.empty();
    }

    private static List<Figure> figures(double[] sorted, double duration, DriverHealth health) {
        double mean = Arrays.stream(sorted).average().orElseThrow();
        double p99 = sorted[(int) Math.ceil(0.99 * sorted.length) - 1];
        double largest = sorted[sorted.length - 1];
        double lost = Math.max(LOST_SHARE, LOST_SECONDS / duration);
        boolean hasTail = sorted.length >= ENOUGH_FOR_P99;
        List<Figure> figures = new ArrayList<>();
        figures.add(mean("mean send lateness", health.sending(), mean));
        if (hasTail) {
            figures.add(tail("send lateness", health.sending(), p99, largest));
        }
        figures.add(mean("mean loop lag", health.loop(), mean));
        if (hasTail) {
            figures.add(tail("loop lag", health.loop(), p99, largest));
        }
        figures.add(new Figure("garbage collection", health.gcNanos() / 1e9, lost * duration, Figures::seconds));
        figures.add(new Figure("stolen CPU time", health.stealFraction(), lost, DriverCheck::percent));
        return figures;
    }

    private static Figure mean(String what, Lateness late, double mean) {
        double limit = Math.max(MEAN_SECONDS, MEAN_SHARE * mean);
        return new Figure(what, late.meanNanos() / 1e9, limit, Figures::seconds);
    }

    private static Figure tail(String what, Lateness late, double p99, double largest) {
        return late.count() < ENOUGH_FOR_P99
                ? new Figure(
                        "largest " + what,
                        late.maxNanos() / 1e9,
                        Math.max(LARGEST_SECONDS, LARGEST_SHARE * largest),
                        Figures::seconds)
                : new Figure(
                        "p99 " + what, late.p99Nanos() / 1e9, Math.max(P99_SECONDS, P99_SHARE * p99), Figures::seconds);
    }

    private static String detail(List<Figure> figures) {
        return "the client was too slow, so that the times are partly its own: "
                + listed(figures.stream().filter(Figure::isBeyond))
                + "; within bounds: " + listed(figures.stream().filter(figure -> !figure.isBeyond()))
                + ": give the driver's machine less else to do and its JVM more heap, or send less at once";
    }

    /** What else may have been the cause, and can be spared. */
    private static String compilers(DriverHealth health, Duration duration) {
        return health.compilingNanos() < COMPILING_SHARE * duration.toNanos()
                ? ""
                : "; the JVM's compilers worked for " + Figures.seconds(health.compilingNanos() / 1e9)
                        + " meanwhile, of which -XX:TieredStopAtLevel=1 among its arguments spares most";
    }

    private static String listed(Stream<Figure> figures) {
        String list = figures.map(Figure::toString).collect(Collectors.joining(", "));
        return list.isEmpty() ? "nothing" : list;
    }

    private static String percent(double share) {
        return Figures.digits(100 * share) + " %";
    }
}
