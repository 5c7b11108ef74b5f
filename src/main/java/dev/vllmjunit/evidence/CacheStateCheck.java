package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.util.Optional;
import java.util.stream.Stream;

/** Verifies from counters, after a run, that its requests met the cache state that was asked for. */
public final class CacheStateCheck {

    private final Schedule schedule;
    private final TokenAccount tokens;
    private final int blockSize;
    private final int chunkTokens;
    private final boolean tiersTold;

    /**
     * For one run.
     *
     * @param blockSize tokens in a block of the prefill nodes
     * @param chunkTokens tokens in a cache object; the block size where there is no S3 cache
     * @param tiersTold whether the stack can tell host memory from object store
     */
    public CacheStateCheck(Schedule schedule, TokenAccount tokens, int blockSize, int chunkTokens, boolean tiersTold) {
        this.schedule = schedule;
        this.tokens = tokens;
        this.blockSize = blockSize;
        this.chunkTokens = chunkTokens;
        this.tiersTold = tiersTold;
    }

    /** Why the run did not meet the state; empty when it did. */
    public Optional<Problem> verify(CacheState state) {
        return switch (state) {
            case EMPTY -> empty();
            case S3_ONLY, S3_AFTER_RESTART -> fromObjectStore(state);
            case WARM -> warm();
        };
    }

    private Optional<Problem> empty() {
        long expected = distinct()
                .mapToLong(request -> request.promptTokens() - request.sharedTokens())
                .sum();
        if (tokens.s3() + tokens.host() > 0 && tokens.computed() < expected) {
            return notReached("EMPTY", "the cache server answered " + (tokens.s3() + tokens.host()) + " tokens");
        }
        return tokens.computed() >= expected
                ? Optional.empty()
                : notReached(
                        "EMPTY",
                        "each prompt computes what no earlier one has brought, " + expected
                                + " tokens in all, but only " + tokens.computed() + " were computed");
    }

    private Optional<Problem> fromObjectStore(CacheState state) {
        if (!tiersTold) {
            return Optional.of(new Problem(
                    InvalidReason.NOT_OBSERVABLE,
                    "this stack cannot tell host memory from the object store: neither a cache server's metrics nor vLLM's tiering"
                            + " metrics are there (for attach, set vllm.attach.cache-server)"));
        }
        long expected = newWholeChunks();
        return tokens.s3() >= expected && tokens.host() <= sharedByDistinctPrompts()
                ? Optional.empty()
                : notReached(
                        state.name(),
                        "each prompt loads the whole chunks that no earlier one has brought from the object store, "
                                + expected
                                + " tokens in all, but " + tokens.s3() + " came from it, " + tokens.host()
                                + " from host memory and "
                                + tokens.device() + " from the engines' own caches");
    }

    private Optional<Problem> warm() {
        long expected = schedule.requests().stream()
                .filter(request -> !request.forcedMiss())
                .mapToLong(request -> roundDown(request.promptTokens() - 1, blockSize))
                .sum();
        return tokens.device() >= expected
                ? Optional.empty()
                : notReached(
                        "WARM",
                        "the prefill nodes' own caches answer every document, " + expected + " tokens, but only "
                                + tokens.device() + " came from them; " + tokens.computed() + " were computed");
    }

    private Stream<PlannedRequest> distinct() {
        return schedule.distinctPrompts().stream();
    }

    private long newWholeChunks() {
        return distinct()
                .mapToLong(request -> roundDown(request.promptTokens() - 1L, chunkTokens) - request.sharedTokens())
                .filter(missing -> missing > 0)
                .sum();
    }

    /** A prefix that two distinct prompts ask for at once may be found by the second where the first has just loaded it: in host memory. */
    private long sharedByDistinctPrompts() {
        return distinct().mapToLong(PlannedRequest::sharedTokens).sum();
    }

    private static long roundDown(long tokens, int unit) {
        return tokens - tokens % unit;
    }

    private static Optional<Problem> notReached(String state, String detail) {
        return Optional.of(
                new Problem(InvalidReason.CACHE_STATE_NOT_REACHED, "the run was to start " + state + ": " + detail));
    }
}
