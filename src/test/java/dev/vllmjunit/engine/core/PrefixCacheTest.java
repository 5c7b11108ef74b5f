package dev.vllmjunit.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixCacheTest {

    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @ParameterizedTest(name = "{0} tokens again: {1} cached")
    @CsvSource({"1, 0", "15, 0", "16, 0", "17, 16", "32, 16", "33, 32", "48, 32", "49, 48"})
    void aHitIsWholeBlocksAndLeavesATokenToCompute(int tokens, int cached) {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        int[] prompt = Nodes.prompt(1, tokens);
        List<Integer> cold = Nodes.send(engine, Nodes.request(prompt, 8)).output();

        Answer warm = Nodes.send(engine, Nodes.request(prompt, 8));

        assertThat(warm.output()).isEqualTo(cold);
        assertThat(warm.cachedTokens).isEqualTo(cached);
        assertThat(Nodes.metrics(engine).sum("vllm:prefix_cache_queries_total")).isEqualTo(2.0 * tokens);
        assertThat(Nodes.metrics(engine).sum("vllm:prefix_cache_hits_total")).isEqualTo(cached);
    }

    @Test
    void onlyTheCommonPrefixHits() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        int[] prompt = Nodes.prompt(1, 100);
        Nodes.send(engine, Nodes.request(prompt, 1)).output();
        prompt[40]++;

        Answer other = Nodes.send(engine, Nodes.request(prompt, 1)).awaitEnd();

        assertThat(other.cachedTokens).isEqualTo(32);
    }

    @Test
    void blocksFilledWithOutputHitInTheNextTurn() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        int[] prompt = Nodes.prompt(1, 20);
        List<Integer> output = Nodes.send(engine, Nodes.request(prompt, 40)).output();
        int[] nextTurn = java.util.Arrays.copyOf(prompt, 70);
        for (int i = 0; i < 40; i++) {
            nextTurn[20 + i] = output.get(i);
        }

        Answer warm = Nodes.send(engine, Nodes.request(nextTurn, 8));
        List<Integer> fresh = Nodes.send(nodes.start(Nodes.Setup.DEFAULT), Nodes.request(nextTurn, 8))
                .output();

        assertThat(warm.output()).isEqualTo(fresh);
        assertThat(warm.cachedTokens).isEqualTo(48);
    }

    @Test
    void onlyEqualSaltsShareBlocksAndTheTextIsTheSame() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        int[] prompt = Nodes.prompt(1, 100);
        List<Integer> unsalted = Nodes.send(engine, Nodes.request(prompt, 8)).output();

        Answer first = Nodes.send(engine, Nodes.salted(prompt, 8, "a"));
        assertThat(first.output()).isEqualTo(unsalted);
        Answer second = Nodes.send(engine, Nodes.salted(prompt, 8, "a")).awaitEnd();

        assertThat(first.cachedTokens).isZero();
        assertThat(second.cachedTokens).isEqualTo(96);
    }

    @Test
    void theLeastRecentlyUsedPromptIsEvicted() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(256));
        int[] first = Nodes.prompt(1, 96);
        int[] second = Nodes.prompt(2, 96);
        Nodes.send(engine, Nodes.request(first, 1)).output();
        Nodes.send(engine, Nodes.request(second, 1)).output();
        Nodes.send(engine, Nodes.request(first, 1)).output();
        Nodes.send(engine, Nodes.request(Nodes.prompt(3, 96), 1)).output();

        assertThat(Nodes.send(engine, Nodes.request(first, 1)).awaitEnd().cachedTokens)
                .isEqualTo(80);
        assertThat(Nodes.send(engine, Nodes.request(second, 1)).awaitEnd().cachedTokens)
                .isLessThan(80);
    }

    @Test
    void resetDropsThePrefixCache() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        int[] prompt = Nodes.prompt(1, 100);
        List<Integer> before = Nodes.send(engine, Nodes.request(prompt, 8)).output();

        assertThat(engine.resetPrefixCache(false)).isTrue();

        Answer after = Nodes.send(engine, Nodes.request(prompt, 8));
        assertThat(after.output()).isEqualTo(before);
        assertThat(after.cachedTokens).isZero();
    }

    @Test
    void aDamagedCachedBlockChangesTheOutput() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        int[] prompt = Nodes.prompt(1, 100);
        List<Integer> right = Nodes.send(engine, Nodes.request(prompt, 8)).output();

        engine.pool().bytes(2)[5] ^= 1;

        assertThat(Nodes.send(engine, Nodes.request(prompt, 8)).output()).isNotEqualTo(right);
    }

    @Test
    void exchangedCachedBlocksChangeTheOutput() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        int[] prompt = Nodes.prompt(1, 100);
        List<Integer> right = Nodes.send(engine, Nodes.request(prompt, 8)).output();
        byte[] first = engine.pool().bytes(1);

        engine.pool().adopt(1, engine.pool().bytes(2));
        engine.pool().adopt(2, first);

        assertThat(Nodes.send(engine, Nodes.request(prompt, 8)).output()).isNotEqualTo(right);
    }
}
