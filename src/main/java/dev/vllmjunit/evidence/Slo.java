package dev.vllmjunit.evidence;

import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.topology.Figures;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A service level objective: bounds that a request has to meet, all of them, and the share of requests that has to. Immutable.
 *
 * <p>What meets the bounds counts for goodput, as in {@code vllm bench serve --goodput ttft:500 tpot:50}. The share is DistServe's
 * SLO attainment: with a single bound and a share of 0.95 the objective is "p95 of it is at most the bound".
 *
 * @param bounds upper bounds by latency, one or more, each met by an equal value, too
 * @param attainment share of all requests that has to meet every bound, above 0 and at most 1
 */
public record Slo(Map<Latency, Duration> bounds, double attainment) {

    private static final double P95 = 0.95;

    /**
     * Checks the bounds and copies them.
     *
     * @throws IllegalArgumentException if there is none, one is not longer than 0, one is of {@link Latency#ITL}, which a request has
     *     many of, or the share is out of its range
     */
    public Slo {
        if (bounds.isEmpty()) {
            throw new IllegalArgumentException("an SLO without any bound is always met; give one or more");
        }
        bounds.forEach(Slo::check);
        if (!(attainment > 0 && attainment <= 1)) {
            throw new IllegalArgumentException(
                    "attainment is " + attainment + ", but must be a share above 0 and at most 1, for instance 0.95");
        }
        bounds = Map.copyOf(bounds);
    }

    /** One bound, to be met by 95 % of all requests. */
    public static Slo of(Latency latency, Duration bound) {
        return new Slo(Map.of(latency, bound), P95);
    }

    /** A further bound; a second one of the same latency takes the place of the first. */
    public Slo and(Latency latency, Duration bound) {
        Map<Latency, Duration> more = new EnumMap<>(bounds);
        more.put(latency, bound);
        return new Slo(more, attainment);
    }

    /** The same bounds, to be met by another share of requests, for instance 0.99. */
    public Slo attainment(double share) {
        return new Slo(bounds, share);
    }

    /** Whether a request was answered within every bound. A single output token takes no time after the first. */
    public boolean isMetBy(RequestRecord request) {
        return request.succeeded()
                && bounds.entrySet().stream()
                        .allMatch(bound -> isWithin(bound.getKey().nanos(request), bound.getValue()));
    }

    /** Requests of a result that were answered within every bound. */
    public long met(BenchmarkResult result) {
        return result.requests().stream().filter(this::isMetBy).count();
    }

    /** Requests per second of the run that were answered within every bound: vLLM's request goodput. */
    public double goodput(BenchmarkResult result) {
        return met(result) / (result.duration().toNanos() / 1e9);
    }

    /** The bounds in words, for instance {@code time to first token of at most 500 ms}. */
    public String describe() {
        return new EnumMap<>(bounds)
                .entrySet().stream()
                        .map(bound -> bound.getKey().label() + " of at most "
                                + Figures.seconds(bound.getValue().toNanos() / 1e9))
                        .collect(Collectors.joining(" and "));
    }

    /** The bounds as {@code vllm bench serve --goodput} takes them, in milliseconds: {@code ttft:500 tpot:50}. */
    public String goodputArguments() {
        return new EnumMap<>(bounds)
                .entrySet().stream()
                        .map(bound -> bound.getKey().vllmName() + ":"
                                + Figures.digits(bound.getValue().toNanos() / 1e6))
                        .collect(Collectors.joining(" "));
    }

    private static boolean isWithin(double[] nanos, Duration bound) {
        return Arrays.stream(nanos).allMatch(value -> value <= bound.toNanos());
    }

    private static void check(Latency latency, Duration bound) {
        if (latency == Latency.ITL) {
            throw new IllegalArgumentException(
                    "a request has many inter-token latencies, and an SLO bounds one value of"
                            + " each request; take TPOT, their mean");
        }
        if (bound.isZero() || bound.isNegative()) {
            throw new IllegalArgumentException("the bound of " + latency.label() + " is "
                    + Figures.seconds(bound.toNanos() / 1e9) + ", but must be longer than 0");
        }
    }
}
