package dev.vllmjunit.diagnosis;

import dev.vllmjunit.evidence.HopBreakdown;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of something that went wrong. Immutable; begins with {@link #none()}.
 *
 * @param logs what the parts logged meanwhile
 * @param deltas how their counters moved in the runs, by part's name
 * @param latest their counters and gauges afterwards, by part's name
 * @param said messages: why a start, a request or an expectation failed, and why runs are INVALID
 * @param hops where the successful requests' time to first token went
 * @param topology what was declared; empty where nobody said so
 */
public record Symptoms(
        List<PartLog> logs,
        Map<String, MetricsSnapshot> deltas,
        Map<String, MetricsSnapshot> latest,
        List<String> said,
        List<HopBreakdown> hops,
        Optional<Topology> topology) {

    /** Copies the collections. */
    public Symptoms {
        logs = List.copyOf(logs);
        deltas = Map.copyOf(deltas);
        latest = Map.copyOf(latest);
        said = List.copyOf(said);
        hops = List.copyOf(hops);
    }

    /** Nothing is known. */
    public static Symptoms none() {
        return new Symptoms(List.of(), Map.of(), Map.of(), List.of(), List.of(), Optional.empty());
    }

    /** And what a part logged. */
    public Symptoms with(PartLog log) {
        return new Symptoms(and(logs, log), deltas, latest, said, hops, topology);
    }

    /** And how a part's counters moved in one more run. */
    public Symptoms withDelta(String part, MetricsSnapshot delta) {
        Map<String, MetricsSnapshot> all = new TreeMap<>(deltas);
        all.merge(part, delta, MetricsSnapshot::plus);
        return new Symptoms(logs, all, latest, said, hops, topology);
    }

    /** And what a part's {@code /metrics} said afterwards. */
    public Symptoms withLatest(String part, MetricsSnapshot scrape) {
        Map<String, MetricsSnapshot> all = new TreeMap<>(latest);
        all.put(part, scrape);
        return new Symptoms(logs, deltas, all, said, hops, topology);
    }

    /** And a message. */
    public Symptoms withSaid(String message) {
        return new Symptoms(logs, deltas, latest, and(said, message), hops, topology);
    }

    /** And where successful requests' time went. */
    public Symptoms withHops(List<HopBreakdown> breakdowns) {
        List<HopBreakdown> all = new ArrayList<>(hops);
        all.addAll(breakdowns);
        return new Symptoms(logs, deltas, latest, said, all, topology);
    }

    /** Of this topology. */
    public Symptoms of(Topology declared) {
        return new Symptoms(logs, deltas, latest, said, hops, Optional.of(declared));
    }

    private static <T> List<T> and(List<T> some, T one) {
        List<T> all = new ArrayList<>(some);
        all.add(one);
        return all;
    }
}
