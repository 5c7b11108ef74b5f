package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.ObjectTraffic;
import dev.vllmjunit.evidence.Reconciliation;
import dev.vllmjunit.evidence.StackMetrics;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.topology.Figures;
import dev.vllmjunit.topology.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Holds what the object store counts over a run against what the writer of the cache claims. This library's own requests are not among
 * what is counted: between the two readings it only lists. Writes go on behind the requests; both readings wait until the writer is
 * idle and neither side moves, the second one no longer than it takes both to agree.
 */
final class StoreWatch {

    private static final Duration POLL = Duration.ofMillis(150);
    /** A writer may be idle and its last counts still on their way. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Topology topology;
    private final Optional<Supplier<StoreTraffic>> store;
    private final MetricsScraper scraper;
    private final Duration longest;
    private final Duration patience;

    StoreWatch(Topology topology, RunningStack stack, MetricsScraper scraper, Duration longest) {
        this(topology, stack, scraper, longest, PATIENCE);
    }

    StoreWatch(Topology topology, RunningStack stack, MetricsScraper scraper, Duration longest, Duration patience) {
        this.topology = topology;
        this.store = stack.storeTraffic();
        this.scraper = scraper;
        this.longest = longest;
        this.patience = patience;
    }

    /**
     * Both sides at one moment.
     *
     * @param store what the store counts
     * @param claimed what the writer does
     * @param idle whether the writer has nothing on its way
     */
    record Reading(ObjectTraffic store, ObjectTraffic claimed, boolean idle) {

        Reading minus(Reading earlier) {
            return new Reading(store.minus(earlier.store), claimed.minus(earlier.claimed), idle);
        }

        boolean agrees() {
            return Reconciliation.objects(store, claimed).isEmpty();
        }
    }

    /**
     * What came of it.
     *
     * @param fact for the report; empty for a topology without an object store
     */
    record Outcome(List<Problem> problems, Optional<String> fact) {

        static Outcome notCompared(String why) {
            return new Outcome(List.of(), Optional.of("not compared: " + why));
        }
    }

    /** Before the first request; empty where there is nothing to compare, or where writes do not end. */
    Optional<Reading> begin() {
        return read().flatMap(first -> settled(first, reading -> reading.idle, Duration.ZERO));
    }

    /** After the last request, before any other is sent. */
    Outcome end(Optional<Reading> begin) {
        if (topology.s3Cache().isEmpty()) {
            return new Outcome(List.of(), Optional.empty());
        }
        if (store.isEmpty()) {
            return Outcome.notCompared("this object store shows its requests to nobody");
        }
        return begin.map(this::compare)
                .orElseGet(() -> Outcome.notCompared(
                        "writes from before the run did not end, or their writer shows no counters"));
    }

    private Outcome compare(Reading begin) {
        Optional<Reading> end;
        try {
            end = read().flatMap(first -> settled(
                    first, reading -> reading.idle && reading.minus(begin).agrees(), patience));
        } catch (ControlCallException e) {
            return Outcome.notCompared("counters could not be read after the run: " + e.getMessage());
        }
        return end.map(reading -> reading.minus(begin))
                .map(run -> new Outcome(Reconciliation.objects(run.store, run.claimed), Optional.of(describe(run))))
                .orElseGet(() -> Outcome.notCompared(
                        "writes went on for more than " + longest.toSeconds() + " s after the run"));
    }

    /**
     * A reading like the one before it that is wanted, too; after {@code patience} without a change, also one that is not.
     */
    private Optional<Reading> settled(Reading first, Predicate<Reading> wanted, Duration patience) {
        Settling settling = new Settling(first, wanted, patience);
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(POLL)
                    .pollInterval(POLL)
                    .timeout(longest.plus(POLL))
                    .until(settling::isDone);
            return Optional.of(settling.last);
        } catch (ConditionTimeoutException e) {
            return Optional.empty();
        }
    }

    private final class Settling {

        private final Predicate<Reading> wanted;
        private final Duration patience;
        private Reading last;
        private long unchangedSince = System.nanoTime();

        Settling(Reading first, Predicate<Reading> wanted, Duration patience) {
            this.last = first;
            this.wanted = wanted;
            this.patience = patience;
        }

        boolean isDone() {
            Reading now = read().orElse(last);
            boolean moved = !now.equals(last);
            unchangedSince = moved ? System.nanoTime() : unchangedSince;
            last = now;
            return !moved && (wanted.test(now) || now.idle && waitedLong());
        }

        private boolean waitedLong() {
            return !patience.isZero() && System.nanoTime() - unchangedSince > patience.toNanos();
        }
    }

    private Optional<Reading> read() {
        return store.flatMap(counted -> {
            StackMetrics now = scraper.scrape();
            StoreTraffic traffic = counted.get();
            return ObjectTraffic.claimed(now, topology)
                    .map(claimed -> new Reading(of(traffic), claimed, ObjectTraffic.isIdle(now)));
        });
    }

    private static ObjectTraffic of(StoreTraffic traffic) {
        return new ObjectTraffic(traffic.gets(), traffic.getBytes(), traffic.puts(), traffic.putBytes());
    }

    private static String describe(Reading run) {
        return "store: " + run.store.reads() + " GETs, " + bytes(run.store.readBytes()) + ", " + run.store.writes()
                + " PUTs, "
                + bytes(run.store.writtenBytes()) + "; writer: " + run.claimed.reads() + " chunks loaded, "
                + run.claimed.writes() + " stored";
    }

    private static String bytes(long bytes) {
        return Figures.si((double) bytes, "B");
    }
}
