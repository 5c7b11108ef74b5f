package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.CacheObject;
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
     * Leaves the caches as the state says. Nodes that forbid resets start EMPTY all the same: the run's requests get a salt.
     *
     * @param fill sends each distinct prompt once
     * @throws DeclarationException if the topology has no cache to hold the state
     * @throws InvalidRunException if the object store does not settle, or a node forbids the resets that the state needs
     */
    StartState bringAbout(CacheState state, Schedule schedule, Consumer<Schedule> fill) {
        return switch (state) {
            case EMPTY -> empty();
            case S3_ONLY -> StartState.of(s3Only(state, schedule, fill));
            case S3_AFTER_RESTART -> StartState.of(afterRestart(schedule, fill));
            case WARM -> StartState.of(warm(schedule, fill));
        };
    }

    /**
     * What happened to the objects since; looked at again after a while where something did, for a cache server may just be
     * writing again what it missed.
     */
    Optional<Problem> alterations(CacheObjects objects) {
        if (objects.settled().isEmpty() || bucket.isEmpty()) {
            return Optional.empty();
        }
        try {
            return objects.after(bucket.get().list())
                    .flatMap(first -> objects.after(bucket.get().awaitSettled(0, QUIET, settle)));
        } catch (ObjectStoreException e) {
            return Optional.of(new Problem(
                    InvalidReason.NOT_OBSERVABLE,
                    "the cache objects could not be listed after the run: " + e.getMessage()));
        }
    }

    private StartState empty() {
        settle(0);
        bucket.ifPresent(CacheBucket::clear);
        List<String> forbidding = control.dropEngineCaches();
        return forbidding.isEmpty() ? StartState.of(CacheObjects.none()) : StartState.emptyBySalt(forbidding);
    }

    private CacheObjects afterRestart(Schedule schedule, Consumer<Schedule> fill) {
        control.requireRestarts();
        CacheObjects objects = s3Only(CacheState.S3_AFTER_RESTART, schedule, fill);
        control.restartPrefill();
        return objects;
    }

    private CacheObjects s3Only(CacheState state, Schedule schedule, Consumer<Schedule> fill) {
        if (bucket.isEmpty()) {
            throw new DeclarationException(
                    "CacheState." + state + " asks for KV cache in an object store, but the class declares"
                            + " none; add @S3Cache to the class, or run with CacheState.EMPTY or WARM.");
        }
        control.requireResets(state);
        fill.accept(firstRound(schedule));
        CacheObjects objects = new CacheObjects(settle(chunks(schedule)));
        control.dropEngineCaches();
        return objects;
    }

    private CacheObjects warm(Schedule schedule, Consumer<Schedule> fill) {
        fill.accept(firstRound(schedule));
        settle(0);
        return CacheObjects.none();
    }

    private List<CacheObject> settle(long objects) {
        try {
            return bucket.map(store -> store.awaitSettled(objects, QUIET, settle))
                    .orElse(List.of());
        } catch (ObjectStoreException e) {
            throw new InvalidRunException(InvalidReason.CACHE_STATE_NOT_REACHED, String.valueOf(e.getMessage()));
        }
    }

    private static Schedule firstRound(Schedule schedule) {
        List<PlannedRequest> firsts = schedule.distinctPrompts();
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
        return schedule.distinctPrompts().stream()
                .mapToLong(request -> request.promptTokens() / chunkTokens - request.sharedTokens() / chunkTokens)
                .sum();
    }
}
