package dev.vllmjunit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.topology.Expectation.Metric;
import dev.vllmjunit.topology.Expectation.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The guide's topology and workload against the figures that were published for it. */
class FeasibilityTest {

    private static final Topology TOPOLOGY = topology();
    private static final Floors FLOORS = new Floors(TOPOLOGY, Links.TESTBED);

    @Test
    void floorsAgreeWithTheFactsFigures() {
        assertThat(FLOORS.kvBytes(20_000)).isEqualTo(6.5536e9);
        assertThat(FLOORS.prefillFlops(20_000)).isEqualTo(2.824e15 + 0.524288e15);
        assertThat(FLOORS.computeSeconds(20_000)).isCloseTo(0.320, within(0.001));
        assertThat(FLOORS.s3Seconds(20_000)).isCloseTo(0.115, within(0.0001));
        assertThat(FLOORS.transferSeconds(20_000)).isCloseTo(0.131, within(0.0001));
        assertThat(FLOORS.decodeStepSeconds(1, 20_000)).isCloseTo(147.7536e9 / 29.6e12, within(1e-9));
        assertThat(FLOORS.decodeTokensPerSecond(4, 20_000))
                .isCloseTo(4 / ((141.2e9 + 4 * 6.5536e9) / 29.6e12), within(1e-6));
    }

    @Test
    void publishedTimesLieAboveTheFloor() {
        assertThat(FLOORS.computeSeconds(130_900)).isLessThan(21.056);
        assertThat(FLOORS.s3Seconds(130_900)).isLessThan(4.499);
    }

    @Test
    void loadingAPromptFromS3HasAFloor() {
        assertThat(verdict(each(), row(Metric.TTFT_MEAN, "S3_ONLY", 50, 100)))
                .contains("50–100 ms for 6.55 GB from S3 needs 65.5–131 GB/s; the link gives 57 GB/s");
        assertThat(verdict(each(), row(Metric.OBJECT_LOAD_MEAN, "S3_ONLY", 10, 100)))
                .contains("10–100 ms for 6.55 GB from S3 needs 65.5–655 GB/s; the link gives 57 GB/s");
        assertThat(verdict(each(), row(Metric.OBJECT_LOAD_MEAN, "S3_ONLY", 10, 116)))
                .isEmpty();
    }

    @Test
    void aMeanOverRepeatsThatHitTheNodesOwnCacheCanBeLower() {
        assertThat(verdict(guide(), row(Metric.TTFT_MEAN, "S3_ONLY", 50, 100))).isEmpty();
        assertThat(verdict(guide(), row(Metric.TTFT_MEAN, "S3_ONLY", 5, 10)))
                .contains(
                        "5–10 ms for 6.55 GB from S3 in 10 of 100 requests, as their mean, needs 65.5–131 GB/s; the link"
                                + " gives 57 GB/s");
    }

    @Test
    void theSlowerLinkDecides() {
        assertThat(verdict(each(), row(Metric.TTFT_MEAN, "S3_ONLY", 50, 120)))
                .contains("50–120 ms for 6.55 GB from prefill to decode needs 54.6–131 GB/s; the link gives 50 GB/s");
    }

    @Test
    void computingAPromptHasAFloor() {
        assertThat(verdict(each(), row(Metric.TTFT_MEAN, "EMPTY", 200, 300)))
                .contains(
                        "200–300 ms for 3.35 PFLOP to compute 20,000 tokens needs 11.2–16.7 PFLOP/s; 8 x AMD Instinct MI300X"
                                + " give 10.5 PFLOP/s at 100 % utilisation");
        assertThat(verdict(each(), row(Metric.TTFT_MEAN, "EMPTY", 200, 500))).isEmpty();
        assertThat(verdict(each(), row(Metric.TTFT_MEAN, "EMPTY", Double.NEGATIVE_INFINITY, 300)))
                .contains(
                        "at most 300 ms for 3.35 PFLOP to compute 20,000 tokens needs at least 11.2 PFLOP/s; 8 x AMD Instinct"
                                + " MI300X give 10.5 PFLOP/s at 100 % utilisation");
    }

    @Test
    void aDecodeStepHasAFloor() {
        assertThat(verdict(each(), row(Metric.TTFT_MEAN, "WARM", 1, 2)))
                .contains(
                        "1–2 ms for 148 GB of weights and KV cache to read needs 73.9–148 TB/s; 8 x Intel Gaudi 3 give 29.6 TB/s");
        assertThat(verdict(each(), row(Metric.TTFT_MEAN, "WARM", 1, 5))).isEmpty();
    }

    @Test
    void aTransferHasAFloor() {
        assertThat(verdict(guide(), row(Metric.TRANSFER_MEAN, "EMPTY", 1, 10)))
                .contains(
                        "1–10 ms for 6.55 GB from prefill to decode in 10 of 100 requests, as their mean, needs 65.5–655 GB/s;"
                                + " the link gives 50 GB/s");
    }

    @Test
    void decodeStepsBoundThroughputAndTime() {
        String why =
                "generating 1,000 tokens at concurrency 1 reads weights of 141 GB in each step and 6.55 GB of KV cache for each"
                        + " token, and 8 x Intel Gaudi 3 read 29.6 TB/s, which takes at least 4.99 s";

        assertThat(verdict(guide(), row(Metric.THROUGHPUT, "EMPTY", 500, 1000)))
                .contains(why + ": at most 200 tokens/s, not 500–1,000 tokens/s");
        assertThat(verdict(guide(), row(Metric.TOTAL_TIME, "WARM", 1, 4))).contains(why + ", not 1–4 s");
        assertThat(verdict(demand(100, 10, 16), row(Metric.THROUGHPUT, "WARM", 500, 1000)))
                .isEmpty();
    }

    @Test
    void computingAndLoadingBoundThroughputAndTime() {
        assertThat(verdict(demand(10, 1, 10), row(Metric.TOTAL_TIME, "EMPTY", 1, 3)))
                .contains(
                        "computing 10 x 20,000 tokens is 33.5 PFLOP, and the prefill nodes give 10.5 PFLOP/s at 100 % utilisation,"
                                + " which takes at least 3.2 s, not 1–3 s");
        assertThat(verdict(demand(10, 1, 10), row(Metric.THROUGHPUT, "S3_ONLY", 100, 200)))
                .contains(
                        "loading 65.5 GB from S3 at 57 GB/s takes at least 1.15 s: at most 8.7 tokens/s, not 100–200 tokens/s");
    }

    @Test
    void tokensHaveToAddUp() {
        assertThat(verdict(each(), row(Metric.COMPUTED_TOKENS, "EMPTY", 1_950_000, 2_050_000)))
                .contains("10 prompts of 20,000 tokens hold 200,000 tokens, not 1,950,000–2,050,000 tokens");
        assertThat(verdict(each(), row(Metric.COMPUTED_TOKENS, "EMPTY", 1, 1000)))
                .contains(
                        "10 documents of 20,000 tokens have to be computed once each: at least 200,000 tokens, not 1–1,000"
                                + " tokens");
        assertThat(verdict(guide(), row(Metric.COMPUTED_TOKENS, "EMPTY", 1_950_000, 2_050_000)))
                .isEmpty();
        assertThat(verdict(each(), row(Metric.COMPUTED_TOKENS, "S3_ONLY", 1, 1000)))
                .isEmpty();
    }

    @Test
    void emptyCachesBoundTheHitRate() {
        assertThat(verdict(demand(30, 10, 1), row(Metric.CACHE_HIT_RATE, "EMPTY", 70, 90)))
                .contains(
                        "from empty caches the first request of each of 10 documents computes all its tokens: at most 66.7 % of"
                                + " 30 requests' tokens hit, not 70–90 %");
        assertThat(verdict(demand(30, 10, 1), row(Metric.CACHE_HIT_RATE, "S3_ONLY", 70, 90)))
                .isEmpty();
    }

    @Test
    void aComparisonHasNoFloor() {
        Expectation better =
                new Expectation("x", "S3_ONLY", Metric.TTFT_MEAN, Optional.of("EMPTY"), new Range(4, 5), Map.of());

        assertThat(verdict(each(), better)).isEmpty();
    }

    @Test
    void refusesAWorkloadThatAsksForNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Feasibility.Demand(20_000, 10, 9, 10, 1))
                .withMessage(
                        "a workload of 9 requests over 10 documents of 20000 tokens, 10 tokens out, 1 at a time: each must be 1 or"
                                + " more, and requests no fewer than documents");
    }

    private static Optional<String> verdict(Feasibility.Demand demand, Expectation row) {
        return new Feasibility(TOPOLOGY, Links.TESTBED, demand).verdict(row);
    }

    private static Expectation row(Metric metric, String state, double min, double max) {
        return new Expectation("x", state, metric, Optional.empty(), new Range(min, max), Map.of());
    }

    /** Every request brings a new document. */
    private static Feasibility.Demand each() {
        return demand(10, 10, 1);
    }

    /** Ten documents, a hundred prompts, one at a time. */
    private static Feasibility.Demand guide() {
        return demand(100, 10, 1);
    }

    private static Feasibility.Demand demand(int requests, int outputTokens, int concurrency) {
        return new Feasibility.Demand(20_000, 10, requests, outputTokens, concurrency);
    }

    private static Topology topology() {
        Declaration declaration = new Declaration(
                "class X",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.GAUDI, 1, 0, "")),
                Optional.empty());
        return TopologyMerge.merge(declaration, new ProfileLoader(Path.of("profiles")).load("nixl-only"));
    }
}
