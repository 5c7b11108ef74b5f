package dev.vllmjunit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.bench.StoreWatch.Outcome;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.ObjectTraffic;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.topology.TopologyMerge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A stack whose writer, vLLM's own tiering, claims nothing; what its store counts is up to the test. */
class StoreWatchTest {

    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final Topology TOPOLOGY = topology();

    private StoreTraffic traffic = new StoreTraffic(3, 300, 2, 200, 0);

    @Test
    void agreesWhereNothingMovedSinceTheRunBegan() {
        StoreWatch watch = watch(TOPOLOGY, Optional.of(() -> traffic));

        assertThat(watch.end(watch.begin()))
                .isEqualTo(new Outcome(
                        List.of(), Optional.of("store: 0 GETs, 0 B, 0 PUTs, 0 B; writer: 0 chunks loaded, 0 stored")));
    }

    @Test
    void namesBothSidesThatDisagree() {
        StoreWatch watch = watch(TOPOLOGY, Optional.of(() -> traffic));
        Optional<StoreWatch.Reading> begin = watch.begin();
        traffic = new StoreTraffic(4, 350, 2, 200, 0);

        assertThat(watch.end(begin))
                .isEqualTo(new Outcome(
                        List.of(new Problem(
                                InvalidReason.SOURCES_DISAGREE,
                                "bytes read from the object store, by its own count of 1 GETs = 50, but bytes of the 0"
                                        + " chunks that the cache's writer claims to have loaded = 0; they have to"
                                        + " agree exactly")),
                        Optional.of("store: 1 GETs, 50 B, 0 PUTs, 0 B; writer: 0 chunks loaded, 0 stored")));
    }

    @Test
    void doesNotCompareWhereTheStoreShowsNothing() {
        StoreWatch watch = watch(TOPOLOGY, Optional.empty());

        assertThat(watch.end(watch.begin()))
                .isEqualTo(Outcome.notCompared("this object store shows its requests to nobody"));
    }

    @Test
    void doesNotCompareWhereItNeverComesToRest() {
        AtomicInteger gets = new AtomicInteger();
        StoreWatch watch = watch(TOPOLOGY, Optional.of(() -> new StoreTraffic(gets.incrementAndGet(), 0, 0, 0, 0)));

        assertThat(watch.end(watch.begin()))
                .isEqualTo(Outcome.notCompared(
                        "writes from before the run did not end, or their writer shows no counters"));
        assertThat(watch.end(Optional.of(nothing())))
                .isEqualTo(Outcome.notCompared("writes went on for more than 1 s after the run"));
    }

    @Test
    void saysNothingOfATopologyWithoutAnObjectStore() {
        Topology without = new Topology(
                TOPOLOGY.profile(), TOPOLOGY.model(), TOPOLOGY.nodes(), TOPOLOGY.kvTransfer(), Optional.empty());
        StoreWatch watch = watch(without, Optional.empty());

        assertThat(watch.end(watch.begin())).isEqualTo(new Outcome(List.of(), Optional.empty()));
    }

    private static StoreWatch.Reading nothing() {
        ObjectTraffic none = new ObjectTraffic(0, 0, 0, 0);
        return new StoreWatch.Reading(none, none, true);
    }

    private static StoreWatch watch(Topology topology, Optional<Supplier<StoreTraffic>> store) {
        RunningStack stack = new NoNodes() {
            @Override
            public Optional<Supplier<StoreTraffic>> storeTraffic() {
                return store;
            }
        };
        MetricsScraper scraper = new MetricsScraper(
                stack, new NodeControl(stack, topology.model().id(), RunLimits.standard()));
        return new StoreWatch(topology, stack, scraper, LONGEST, PATIENCE);
    }

    private static Topology topology() {
        Profile profile = new ProfileLoader(Path.of("profiles"))
                .load("nixl-s3")
                .with(new Settings(Map.of("vllm.s3.writer", "OBJ"), Map.of(), key -> Optional.empty()));
        return TopologyMerge.merge(EmbeddedRig.declaration(1, 1), profile);
    }
}
