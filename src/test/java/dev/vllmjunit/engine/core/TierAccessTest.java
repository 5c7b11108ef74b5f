package dev.vllmjunit.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TierAccessTest {

    private static final int[] PROMPT = Nodes.prompt(1, 200);

    private final Nodes nodes = new Nodes();
    private final FakeTier tier = new FakeTier(64);
    private final EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.tier(tier));

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void wholeChunksAreStoredOnce() {
        send(PROMPT).output();
        await().until(() -> tier.chunks.size() == 3);
        tier.chunks.values().forEach(kv -> assertThat(kv).hasSize(64 * 64));
        List<byte[]> before = List.copyOf(tier.chunks.values());

        send(PROMPT).output();
        send(Nodes.prompt(2, 100)).output();

        await().until(() -> tier.chunks.size() == 4);
        assertThat(tier.chunks.values()).containsAll(before);
    }

    @Test
    void whatTheServerHasIsLoadedAndTheRestComputed() {
        List<Integer> cold = stored(PROMPT);
        engine.resetPrefixCache(false);

        Answer warm = send(PROMPT);

        assertThat(warm.output()).isEqualTo(cold);
        assertThat(warm.cachedTokens).isEqualTo(192);
        assertThat(tier.loads).containsExactly("0-3");
        assertThat(Nodes.bySource(engine, "external_kv_transfer")).isEqualTo(192);
        assertThat(Nodes.cachedBySource(engine, "external_unspecified")).isEqualTo(192);
        assertThat(Nodes.bySource(engine, "local_compute")).isEqualTo(200 + 8);
        assertThat(Nodes.metrics(engine).sum("vllm:external_prefix_cache_queries_total"))
                .isEqualTo(400);
        assertThat(Nodes.metrics(engine).sum("vllm:external_prefix_cache_hits_total"))
                .isEqualTo(192);
    }

    @Test
    void aTokenIsComputedEvenIfTheServerHasThemAll() {
        int[] whole = Nodes.prompt(3, 192);
        List<Integer> cold = stored(whole);
        engine.resetPrefixCache(false);

        Answer warm = send(whole);

        assertThat(warm.output()).isEqualTo(cold);
        assertThat(warm.cachedTokens).isEqualTo(191);
        assertThat(Nodes.bySource(engine, "external_kv_transfer")).isEqualTo(191);
        assertThat(Nodes.bySource(engine, "local_compute")).isEqualTo(192 + 1);
    }

    @Test
    void onlyWhatTheDeviceLacksIsLoaded() {
        List<Integer> cold = stored(PROMPT);
        engine.resetPrefixCache(false);
        tier.loseFromChunk = 0;
        Nodes.send(engine, Nodes.request(java.util.Arrays.copyOf(PROMPT, 100), 1))
                .output();
        tier.loseFromChunk = Integer.MAX_VALUE;
        tier.loads.clear();
        // Chunk 1 begins with tokens that the device holds and must not overwrite.
        tier.chunk(PROMPT, Optional.empty(), 1)[0] ^= 1;

        Answer warm = send(PROMPT);

        assertThat(warm.output()).isEqualTo(cold);
        assertThat(tier.loads).containsExactly("1-3");
        assertThat(warm.cachedTokens).isEqualTo(192);
        assertThat(Nodes.cachedBySource(engine, "device")).isEqualTo(96);
    }

    @Test
    void nothingIsLoadedThatTheDeviceHas() {
        stored(PROMPT);

        Answer warm = send(PROMPT);

        warm.output();
        assertThat(tier.loads).isEmpty();
        assertThat(Nodes.bySource(engine, "local_cache_hit")).isEqualTo(192);
        assertThat(Nodes.bySource(engine, "external_kv_transfer")).isZero();
    }

    @Test
    void chunksThatDoNotArriveAreComputedAndStoredAgain() {
        List<Integer> cold = stored(PROMPT);
        engine.resetPrefixCache(false);
        tier.loseFromChunk = 1;
        Answer warm = send(PROMPT, () -> tier.chunks.remove(tier.key(PROMPT, Optional.empty(), 2)));

        assertThat(warm.output()).isEqualTo(cold);
        assertThat(warm.cachedTokens).isEqualTo(64);
        assertThat(Nodes.bySource(engine, "external_kv_transfer")).isEqualTo(64);
        assertThat(Nodes.bySource(engine, "local_compute")).isEqualTo(200 + 136);
        assertThat(Nodes.metrics(engine).sum("vllm:prompt_tokens_total")).isEqualTo(400);
        await().until(() -> tier.chunks.size() == 3);
    }

    @Test
    void aChunkOfTheWrongSizeIsComputed() {
        List<Integer> cold = stored(PROMPT);
        engine.resetPrefixCache(false);
        tier.chunks.put(tier.key(PROMPT, Optional.empty(), 1), new byte[10]);

        Answer warm = send(PROMPT);

        assertThat(warm.output()).isEqualTo(cold);
        assertThat(warm.cachedTokens).isEqualTo(64);
    }

    @Test
    void aDamagedChunkChangesTheOutput() {
        List<Integer> cold = stored(PROMPT);
        engine.resetPrefixCache(false);
        tier.chunk(PROMPT, Optional.empty(), 1)[100] ^= 1;

        assertThat(send(PROMPT).output()).isNotEqualTo(cold);
    }

    @Test
    void aServerThatFailsCostsTimeNotTheRequest() {
        List<Integer> cold = stored(PROMPT);
        engine.resetPrefixCache(false);
        tier.gate = CompletableFuture.failedFuture(new IllegalStateException("gone"));

        Answer warm = send(PROMPT);

        assertThat(warm.output()).isEqualTo(cold);
        assertThat(warm.cachedTokens).isZero();
        assertThat(Nodes.bySource(engine, "local_compute")).isEqualTo(400);
    }

    @Test
    void otherRequestsGoOnWhileOneLoads() {
        stored(PROMPT);
        engine.resetPrefixCache(false);
        tier.gate = new CompletableFuture<>();
        Answer loading = send(PROMPT);
        await().until(() -> !tier.loads.isEmpty());

        Answer other = send(Nodes.prompt(5, 50));

        assertThat(other.output()).hasSize(8);
        assertThat(loading.tokens).isEmpty();
        assertThat(engine.resetPrefixCache(false)).isFalse();
        tier.gate.complete(null);
        assertThat(loading.output()).hasSize(8);
    }

    @Test
    void anAbortWhileLoadingFreesTheBlocks() {
        stored(PROMPT);
        engine.resetPrefixCache(false);
        tier.gate = new CompletableFuture<>();
        GenerationRequest request = Nodes.request(PROMPT, 8);
        Answer answer = Nodes.send(engine, request);
        await().until(() -> !tier.loads.isEmpty());

        engine.abort(request.requestId());
        await().atMost(Duration.ofSeconds(5)).until(() -> engine.heldBlocks() == 0);
        tier.gate.complete(null);

        assertThat(send(Nodes.prompt(5, 50)).output()).hasSize(8);
        assertThat(answer.tokens).isEmpty();
    }

    @Test
    void chunksOfOneBlockSizeServeNodesWithAnother() {
        List<Integer> cold = stored(PROMPT);
        EmbeddedEngine other = nodes.start(Nodes.Setup.DEFAULT.blockSize(32).tier(tier));

        Answer warm = Nodes.send(other, Nodes.request(PROMPT, 8));

        assertThat(warm.output()).isEqualTo(cold);
        assertThat(warm.cachedTokens).isEqualTo(192);
    }

    @Test
    void externalResetDropsTheHostTier() {
        stored(PROMPT);

        assertThat(engine.resetPrefixCache(true)).isTrue();

        assertThat(tier.chunks).isEmpty();
    }

    @Test
    void chunksMustBeWholeBlocks() {
        Nodes.Setup setup = Nodes.Setup.DEFAULT.blockSize(128).tier(tier);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> setup.config("odd"))
                .withMessage(
                        "engine odd: blockSize is 128; the KV cache server's chunks of 64 tokens must be a multiple"
                                + " of it");
    }

    private List<Integer> stored(int[] prompt) {
        List<Integer> output = send(prompt).output();
        await().until(() -> tier.chunks.size() == prompt.length / 64);
        return output;
    }

    /** Sends a prompt whose chunks arrive only after something has happened to them in the server. */
    private Answer send(int[] prompt, Runnable meanwhile) {
        tier.gate = new CompletableFuture<>();
        Answer answer = send(prompt);
        await().until(() -> !tier.loads.isEmpty());
        meanwhile.run();
        tier.gate.complete(null);
        return answer;
    }

    private Answer send(int[] prompt) {
        return Nodes.send(engine, Nodes.request(prompt, 8));
    }
}
