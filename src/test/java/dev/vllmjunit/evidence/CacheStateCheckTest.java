package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two documents of 1,000 tokens, each asked twice; blocks of 128 and chunks of 256 tokens. */
class CacheStateCheckTest {

    private static final Schedule SCHEDULE = new Schedule(
            "2 x 1000",
            "/v1/completions",
            new Arrivals.ClosedLoop(1),
            List.of(request(0, 0), request(1, 0), request(0, 1), request(1, 1)));

    @Test
    void emptyMeansThatEachDocumentIsComputedOnce() {
        assertThat(verify(CacheState.EMPTY, computed(2_208, 1_792, 0, 0))).isEmpty();
        assertThat(verify(CacheState.EMPTY, computed(1_999, 2_001, 0, 0)))
                .map(BenchmarkResult.Problem::detail)
                .contains(
                        "the run was to start EMPTY: each prompt computes what no earlier one has brought, 2000 tokens in all,"
                                + " but only 1999 were computed");
    }

    @Test
    void emptyIsNotReachedWhenTheCacheServerAnswers() {
        assertThat(verify(CacheState.EMPTY, computed(416, 1_792, 0, 1_792)))
                .map(BenchmarkResult.Problem::detail)
                .contains("the run was to start EMPTY: the cache server answered 1792 tokens");
        assertThat(verify(CacheState.EMPTY, computed(1_696, 1_792, 512, 0)))
                .map(BenchmarkResult.Problem::detail)
                .contains("the run was to start EMPTY: the cache server answered 512 tokens");
    }

    @Test
    void s3OnlyMeansThatEachDocumentsWholeChunksComeFromTheStoreOnce() {
        assertThat(verify(CacheState.S3_ONLY, computed(672, 1_792, 0, 1_536))).isEmpty();
        assertThat(verify(CacheState.S3_ONLY, computed(673, 1_792, 0, 1_535)))
                .map(BenchmarkResult.Problem::detail)
                .contains(
                        "the run was to start S3_ONLY: each prompt loads the whole chunks that no earlier one has brought from the object store,"
                                + " 1536 tokens in all, but 1535 came from it, 0 from host memory and 1792 from the engines' own caches");
    }

    @Test
    void s3OnlyIsNotReachedWhenHostMemoryAnswers() {
        assertThat(verify(CacheState.S3_ONLY, computed(416, 1_792, 256, 1_536))).isPresent();
    }

    @Test
    void s3OnlyCannotBeVerifiedWithoutCountersByTier() {
        CacheStateCheck blind = new CacheStateCheck(SCHEDULE, computed(672, 1_792, 0, 1_536), 128, 256, false);

        assertThat(blind.verify(CacheState.S3_ONLY))
                .map(BenchmarkResult.Problem::reason)
                .contains(InvalidReason.NOT_OBSERVABLE);
    }

    @Test
    void warmMeansThatTheEnginesAnswerEveryWholeBlock() {
        assertThat(verify(CacheState.WARM, computed(416, 3_584, 0, 0))).isEmpty();
        assertThat(verify(CacheState.WARM, computed(417, 3_583, 0, 0)))
                .map(BenchmarkResult.Problem::detail)
                .contains(
                        "the run was to start WARM: the prefill nodes' own caches answer every document, 3584 tokens, but only 3583"
                                + " came from them; 417 were computed");
    }

    @Test
    void aMissThatWasAskedForIsNoReasonToCallARunCold() {
        Schedule withMiss = new Schedule(
                "2 x 1000",
                "/v1/completions",
                new Arrivals.ClosedLoop(1),
                List.of(request(0, 0), new PlannedRequest(1, 1, 0, true, Duration.ZERO, 1_000, 1, new byte[0])));

        assertThat(new CacheStateCheck(withMiss, computed(1_104, 896, 0, 0), 128, 256, true).verify(CacheState.WARM))
                .isEmpty();
        assertThat(new CacheStateCheck(withMiss, computed(1_105, 895, 0, 0), 128, 256, true).verify(CacheState.WARM))
                .map(BenchmarkResult.Problem::detail)
                .contains(
                        "the run was to start WARM: the prefill nodes' own caches answer every document, 896 tokens, but only 895"
                                + " came from them; 1105 were computed");
    }

    private static Optional<BenchmarkResult.Problem> verify(CacheState state, TokenAccount tokens) {
        return new CacheStateCheck(SCHEDULE, tokens, 128, 256, true).verify(state);
    }

    private static TokenAccount computed(long computed, long device, long host, long s3) {
        return new TokenAccount(computed + device + host + s3, computed, device, host, s3, 4_000, 0, 4);
    }

    private static PlannedRequest request(int document, int occurrence) {
        return new PlannedRequest(
                occurrence * 2 + document, document, occurrence, false, Duration.ZERO, 1_000, 1, new byte[0]);
    }
}
