package dev.vllmjunit.bench;

import static dev.vllmjunit.workload.Conversations.conversations;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static dev.vllmjunit.workload.MooncakeTrace.mooncakeTrace;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.evidence.RateProbe;
import dev.vllmjunit.evidence.RateSearch;
import dev.vllmjunit.evidence.SearchLimits;
import dev.vllmjunit.evidence.Slo;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.workload.Conversations;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.MooncakeTrace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workloads whose prompts share prefixes, and a search, on the embedded stack: blocks of 128, chunks of 256 tokens. The trace has two
 * families of prompts and one that is asked twice; of its 10,284 prompt tokens 4,652 are new.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadShapesIT {

    private static final MooncakeTrace TRACE =
            mooncakeTrace(Path.of("src/test/resources/dev/vllmjunit/workload/trace.jsonl"));
    /** On a busy machine a request may be asked for a block while the one before it still computes it. */
    private static final long ASKED_AT_ONCE = 512;

    private static final Duration THINK_TIME = Duration.ofMillis(100);
    private static final Conversations CONVERSATIONS = conversations()
            .count(3)
            .turns(3)
            .systemPromptTokens(600)
            .userTokens(300)
            .outputTokens(40)
            .concurrency(2)
            .thinkTime(THINK_TIME);

    private EmbeddedRig rig;

    @BeforeAll
    void start(@TempDir Path logs) {
        rig = EmbeddedRig.start(EmbeddedRig.request(logs));
        rig.runner.run(EmbeddedRig.TWO_DOCUMENTS_TWICE, CacheState.EMPTY);
    }

    @BeforeEach
    void forget() {
        rig.forget();
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @Test
    void aTraceComputesEverySharedPrefixOnce() {
        BenchmarkResult cold = rig.runner.run(TRACE, CacheState.EMPTY).requireValid();

        assertThat(cold.tokens().prompt()).isEqualTo(10_284);
        assertThat(cold.tokens().computed()).isBetween(4_652L, 4_652L + ASKED_AT_ONCE);
        assertThat(cold.requests())
                .extracting(request ->
                        (request.intendedNanos() - cold.requests().get(0).intendedNanos()) / 1e6)
                .containsExactly(0.0, 400.0, 800.0, 1_200.0, 1_400.0, 1_800.0, 2_100.0, 2_500.0);
    }

    @Test
    void aTraceIsFilledAndVerifiedPromptByPrompt() {
        BenchmarkResult fromS3 = rig.runner.run(TRACE, CacheState.S3_ONLY).requireValid();
        BenchmarkResult warm = rig.runner.run(TRACE, CacheState.WARM).requireValid();

        assertThat(fromS3.tokens().s3()).isBetween(4_093L, 4_093L + ASKED_AT_ONCE);
        assertThat(fromS3.tokens().computed()).isEqualTo(559);
        assertThat(warm.tokens().s3()).isZero();
        assertThat(warm.tokens().device()).isEqualTo(9_472);
        assertThat(texts(warm)).isEqualTo(texts(fromS3));
    }

    @Test
    void aTraceIsReplayedAtARate() {
        BenchmarkResult fast =
                rig.runner.run(TRACE.requestRate(5.6), CacheState.WARM).requireValid();

        assertThat(fast.requests())
                .extracting(request ->
                        (request.intendedNanos() - fast.requests().get(0).intendedNanos()) / 1e6)
                .containsExactly(0.0, 200.0, 400.0, 600.0, 700.0, 900.0, 1_050.0, 1_250.0);
    }

    @Test
    void conversationsComeAtARate() {
        BenchmarkResult open =
                rig.runner.run(CONVERSATIONS.requestRate(30), CacheState.EMPTY).requireValid();

        for (RequestRecord turn : open.requests()) {
            RequestRecord before = open.requests().get(Math.max(0, turn.index() - 1));
            assertThat(turn.intendedNanos())
                    .isEqualTo(
                            turn.index() % 3 > 0
                                    ? before.endNanos() + THINK_TIME.toNanos()
                                    : open.requests().get(0).intendedNanos() + turn.index() / 3 * 100_000_000L);
        }
    }

    @Test
    void aTurnFollowsTheEndOfTheOneBefore() {
        BenchmarkResult cold = rig.runner.run(CONVERSATIONS, CacheState.EMPTY).requireValid();

        for (RequestRecord turn : cold.requests()) {
            if (turn.index() % 3 > 0) {
                RequestRecord before = cold.requests().get(turn.index() - 1);
                assertThat(turn.intendedNanos()).isEqualTo(before.endNanos() + THINK_TIME.toNanos());
                assertThat(turn.sentNanos()).isGreaterThanOrEqualTo(turn.intendedNanos());
            }
        }
        assertThat(cold.tokens().device()).isGreaterThan(cold.tokens().computed());
    }

    @Test
    void conversationsAreFilledAndVerifiedTurnByTurn() {
        BenchmarkResult fromS3 =
                rig.runner.run(CONVERSATIONS, CacheState.S3_ONLY).requireValid();
        BenchmarkResult warm = rig.runner.run(CONVERSATIONS, CacheState.WARM).requireValid();

        assertThat(fromS3.tokens().s3()).isGreaterThanOrEqualTo(2_816);
        assertThat(warm.tokens().s3() + warm.tokens().host()).isZero();
        assertThat(texts(warm)).isEqualTo(texts(fromS3));
    }

    @Test
    @Tag("statistics")
    void aSearchBracketsTheHighestRate() {
        LongDocumentQa workload =
                longDocumentQa().documents(24).documentLength(2_000).repeat(1).outputTokens(2);
        Slo slo = Slo.of(Latency.TTFT, Duration.ofSeconds(1)).attainment(0.8);

        RateSearch search = RateSearcher.search(
                slo, new SearchLimits(2, 2, 8), rate -> rig.runner.run(workload.requestRate(rate), CacheState.EMPTY));

        assertThat(search.requireValid().probes())
                .extracting(RateProbe::outcome)
                .contains(RateProbe.Outcome.MET, RateProbe.Outcome.NOT_MET);
        assertThat(search.highestMet().orElseThrow().rate())
                .isLessThan(search.lowestNotMet().orElseThrow().rate());
    }

    /** A share of a half takes six requests; the trace has eight. */
    @Test
    @Tag("statistics")
    void aSearchScalesATraceOrTheConversations() {
        Slo slo = Slo.of(Latency.TTFT, Duration.ofMillis(400)).attainment(0.5);
        SearchLimits limits = new SearchLimits(2, 3, 6);

        RateSearch trace =
                RateSearcher.search(slo, limits, rate -> rig.runner.run(TRACE.requestRate(rate), CacheState.EMPTY));
        RateSearch turns = RateSearcher.search(
                slo, limits, rate -> rig.runner.run(CONVERSATIONS.count(8).poissonRate(rate), CacheState.EMPTY));

        for (RateSearch search : List.of(trace.requireValid(), turns.requireValid())) {
            System.out.println(search.describe());
            assertThat(search.highestMet()).isPresent();
        }
    }

    private static List<String> texts(BenchmarkResult result) {
        return result.requests().stream().map(RequestRecord::text).toList();
    }
}
