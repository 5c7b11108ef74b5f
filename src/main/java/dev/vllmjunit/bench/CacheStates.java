package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.ObjectStoreException;
import dev.vllmjunit.topology.DeclarationException;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Brings cache states about. Whether a state was reached is decided later, from counters. */
final class CacheStates {

    private static final Duration QUIET = Duration.ofMillis(500);

    private final NodeControl control;
    private final Optional<CacheBucket> bucket;
    private final int chunkTokens;
    private final Duration settle;

    CacheStates(NodeControl control, Optional<CacheBucket> bucket, int chunkTokens, Duration settle) {
        this.control = control;
        this.bucket = bucket;
        this.chunkTokens = chunkTokens;
        this.settle = settle;
    }

    /**
     * Leaves the caches as the state says.
     *
     * @param fill sends each document once
     * @throws DeclarationException if the topology has no cache to hold the state
     * @throws InvalidRunException if the object store does not settle
     */
    void bringAbout(CacheState state, Schedule schedule, Consumer<Schedule> fill) {
        switch (state) {
            case EMPTY -> empty();
            case S3_ONLY -> s3Only(schedule, fill);
            case WARM -> warm(schedule, fill);
        }
    }

    private void empty() {
        settle(0);
        bucket.ifPresent(CacheBucket::clear);
        control.dropEngineCaches();
    }

    private void s3Only(Schedule schedule, Consumer<Schedule> fill) {
        if (bucket.isEmpty()) {
            throw new DeclarationException(
                    "CacheState.S3_ONLY asks for KV cache in an object store, but the class declares"
                            + " none; add @S3Cache to the class, or run with CacheState.EMPTY or WARM.");
        }
        fill.accept(firstRound(schedule));
        settle(chunks(schedule));
        control.dropEngineCaches();
    }

    private void warm(Schedule schedule, Consumer<Schedule> fill) {
        fill.accept(firstRound(schedule));
        settle(0);
    }

    private void settle(long objects) {
        try {
            bucket.ifPresent(store -> store.awaitSettled(objects, QUIET, settle));
        } catch (ObjectStoreException e) {
            throw new InvalidRunException(InvalidReason.CACHE_STATE_NOT_REACHED, String.valueOf(e.getMessage()));
        }
    }

    private static Schedule firstRound(Schedule schedule) {
        List<PlannedRequest> firsts = schedule.firstOfEachDocument();
        List<PlannedRequest> requests = IntStream.range(0, firsts.size())
                .mapToObj(i -> alone(i, firsts.get(i)))
                .toList();
        return new Schedule(
                schedule.name() + ", each document once", schedule.path(), new Arrivals.ClosedLoop(2), requests);
    }

    private static PlannedRequest alone(int index, PlannedRequest first) {
        return new PlannedRequest(
                index,
                first.documentId(),
                0,
                false,
                Duration.ZERO,
                first.promptTokens(),
                first.maxTokens(),
                first.body());
    }

    private long chunks(Schedule schedule) {
        return schedule.firstOfEachDocument().stream()
                .mapToLong(PlannedRequest::promptTokens)
                .map(tokens -> tokens / chunkTokens)
                .sum();
    }
}
