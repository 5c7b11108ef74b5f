package dev.vllmjunit.bench;

import java.util.List;
import java.util.Optional;

/**
 * What was done for a run to start in its cache state.
 *
 * @param objects the objects that the state consists of, as they were when their stores had settled
 * @param salt what the run's requests carry
 * @param fact for the report, where the state came about in another way than usual
 */
record StartState(CacheObjects objects, RunSalt salt, Optional<String> fact) {

    static StartState of(CacheObjects objects) {
        return new StartState(objects, RunSalt.none(), Optional.empty());
    }

    /** Nothing is cached under a salt that nobody has used. */
    static StartState emptyBySalt(List<String> forbidding) {
        return new StartState(
                CacheObjects.none(),
                RunSalt.fresh(),
                Optional.of("EMPTY by a cache_salt of this run: the nodes do not allow resets ("
                        + String.join(", ", forbidding) + ")"));
    }
}
