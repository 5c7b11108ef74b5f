package dev.vllmjunit.evidence;

import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One request's time to first token, split into hops that sum exactly to it. A hop that did not happen takes 0. Immutable.
 *
 * @param nanos every hop, in order, in nanoseconds
 */
public record HopBreakdown(Map<Hop, Long> nanos) {

    /** Copies the map, in the order of the hops. */
    public HopBreakdown {
        nanos = Collections.unmodifiableMap(new EnumMap<>(nanos));
    }

    /**
     * From the driver's and the router's time stamps. A stamp of 0 means that the router never came there: its hop takes no
     * time, and what passed counts for the next one.
     *
     * @return empty for a request without a first token at both the driver and the router
     */
    public static Optional<HopBreakdown> of(RequestRecord request, HopTimeline timeline) {
        if (request.tokenNanos().length == 0 || timeline.firstTokenNanos() == 0) {
            return Optional.empty();
        }
        Map<Hop, Long> ends = new EnumMap<>(Hop.class);
        ends.put(Hop.DRIVER, request.sentNanos());
        ends.put(Hop.TO_ROUTER, timeline.receivedNanos());
        ends.put(Hop.BEFORE_PREFILL, timeline.prefillSentNanos());
        ends.put(Hop.PREFILL, timeline.prefillAnsweredNanos());
        ends.put(Hop.BEFORE_DECODE, timeline.decodeSentNanos());
        ends.put(Hop.DECODE, timeline.firstTokenNanos());
        ends.put(Hop.TO_CLIENT, request.tokenNanos()[0]);
        return Optional.of(between(request.intendedNanos(), ends));
    }

    private static HopBreakdown between(long start, Map<Hop, Long> ends) {
        Map<Hop, Long> nanos = new EnumMap<>(Hop.class);
        long previous = start;
        for (Map.Entry<Hop, Long> hop : ends.entrySet()) {
            long end = hop.getValue() == 0 ? previous : hop.getValue();
            nanos.put(hop.getKey(), end - previous);
            previous = end;
        }
        return new HopBreakdown(nanos);
    }

    /** The breakdowns of a single run's successful requests that have a timeline, by request index. */
    public static Map<Integer, HopBreakdown> byIndex(BenchmarkResult run) {
        Map<Integer, HopBreakdown> breakdowns = new TreeMap<>();
        run.succeeded().forEach(request -> Optional.ofNullable(run.hops().get(request.requestId()))
                .flatMap(timeline -> of(request, timeline))
                .ifPresent(breakdown -> breakdowns.put(request.index(), breakdown)));
        return breakdowns;
    }

    /** The same of all repetitions, one after the other. */
    public static List<HopBreakdown> all(BenchmarkResult result) {
        return result.runs().stream()
                .flatMap(run -> byIndex(run).values().stream())
                .toList();
    }

    /** Mean of each hop in nanoseconds; empty when there are no breakdowns. */
    public static Map<Hop, Double> mean(Collection<HopBreakdown> breakdowns) {
        Map<Hop, Double> means = new EnumMap<>(Hop.class);
        for (Hop hop : Hop.values()) {
            breakdowns.stream()
                    .mapToLong(breakdown -> breakdown.of(hop))
                    .average()
                    .ifPresent(mean -> means.put(hop, mean));
        }
        return means;
    }

    /** One hop, in nanoseconds. */
    public long of(Hop hop) {
        return nanos.getOrDefault(hop, 0L);
    }

    /** Sum of all hops, in nanoseconds: the time to first token. */
    public long total() {
        return nanos.values().stream().mapToLong(Long::longValue).sum();
    }
}
