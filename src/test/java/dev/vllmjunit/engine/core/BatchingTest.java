package dev.vllmjunit.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchingTest {

    private static final long MILLI = 1_000_000;

    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 33, 100, 8192})
    void chunkedPrefillGivesTheSameOutputWhateverTheBudget(int budget) {
        int[] prompt = Nodes.prompt(1, 203);
        List<Integer> whole = Nodes.send(nodes.start(Nodes.Setup.DEFAULT.budget(203)), Nodes.request(prompt, 12))
                .output();

        Answer chunked = Nodes.send(nodes.start(Nodes.Setup.DEFAULT.budget(budget)), Nodes.request(prompt, 12));

        assertThat(chunked.output()).isEqualTo(whole).hasSize(12);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64, 128})
    void theOutputDoesNotDependOnTheBlockSize(int blockSize) {
        int[] prompt = Nodes.prompt(1, 203);
        List<Integer> small = Nodes.send(nodes.start(Nodes.Setup.DEFAULT), Nodes.request(prompt, 12))
                .output();

        assertThat(Nodes.send(nodes.start(Nodes.Setup.DEFAULT.blockSize(blockSize)), Nodes.request(prompt, 12))
                        .output())
                .isEqualTo(small);
    }

    @Test
    void differentPromptsGiveDifferentOutputsWithLogprobsBelowZero() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        Answer one = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 50), 16));
        Answer two = Nodes.send(engine, Nodes.request(Nodes.prompt(2, 50), 16));

        assertThat(one.output()).isNotEqualTo(two.output()).allMatch(token -> token >= 1000 && token < 2000);
        assertThat(one.logprobs).hasSize(16).allMatch(logprob -> logprob < 0 && logprob > -4);
        assertThat(one.finishReason).isEqualTo("length");
    }

    @Test
    void runningRequestsShareSteps() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(MILLI, 2 * MILLI, 0)));
        Answer one = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 50), 20));
        Answer two = Nodes.send(engine, Nodes.request(Nodes.prompt(2, 50), 20));
        one.output();
        two.output();

        assertThat(two.times.get(0)).isLessThan(one.times.get(19));
        assertThat(one.times.get(1)).isLessThan(two.times.get(19));
    }

    @Test
    void aStepTakesAtLeastItsModelledTime() {
        EmbeddedEngine engine =
                nodes.start(Nodes.Setup.DEFAULT.budget(64).cost(new FixedCost(5 * MILLI, 3 * MILLI, 0)));
        long start = System.nanoTime();

        Answer answer = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 128), 4));
        answer.output();

        assertThat(answer.times.get(0) - start).isGreaterThanOrEqualTo(10 * MILLI);
        for (int i = 1; i < 4; i++) {
            assertThat(answer.times.get(i) - answer.times.get(i - 1)).isGreaterThanOrEqualTo(29 * MILLI / 10);
        }
    }

    @Test
    void aLongPromptDoesNotStopRunningDecodes() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.budget(32).cost(new FixedCost(MILLI, MILLI, 0)));
        Answer decoding = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 16), 200));
        await().until(() -> decoding.tokens.size() > 3);

        Answer longPrompt = Nodes.send(engine, Nodes.request(Nodes.prompt(2, 1000), 1));
        int before = decoding.tokens.size();
        longPrompt.awaitEnd();

        assertThat(decoding.tokens.size() - before).isGreaterThan(20);
    }

    @Test
    void aRequestWithoutFreeBlocksWaitsForThem() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(160).cost(new FixedCost(MILLI, MILLI, 0)));
        Answer first = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 100), 20));
        Answer second = Nodes.send(engine, Nodes.request(Nodes.prompt(2, 100), 20));
        first.output();
        second.output();

        assertThat(second.times.get(0)).isGreaterThan(first.times.get(19));
    }

    @Test
    void aPreemptedRequestGoesOnWithTheSameOutput() {
        int[] one = Nodes.prompt(1, 64);
        int[] two = Nodes.prompt(2, 64);
        EmbeddedEngine roomy = nodes.start(Nodes.Setup.DEFAULT);
        List<Integer> first = Nodes.send(roomy, Nodes.request(one, 60)).output();
        List<Integer> second = Nodes.send(roomy, Nodes.request(two, 60)).output();
        EmbeddedEngine tight = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(192));
        Answer a = Nodes.send(tight, Nodes.request(one, 60));
        Answer b = Nodes.send(tight, Nodes.request(two, 60));

        assertThat(a.output()).isEqualTo(first);
        assertThat(b.output()).isEqualTo(second);
        assertThat(Nodes.metrics(tight).sum("vllm:num_preemptions_total")).isPositive();
        assertThat(Nodes.metrics(tight).sum("vllm:prompt_tokens_total")).isEqualTo(128);
        assertThat(tight.heldBlocks()).isZero();

        int[] nextTurn = Arrays.copyOf(two, 134);
        Arrays.setAll(nextTurn, i -> i < 64 ? two[i] : i < 124 ? second.get(i - 64) : i);
        Answer hit = Nodes.send(tight, Nodes.request(nextTurn, 8));
        assertThat(hit.output())
                .isEqualTo(Nodes.send(roomy, Nodes.request(nextTurn, 8)).output());
        assertThat(hit.cachedTokens).isEqualTo(112);
    }

    @Test
    void aRequestThatCanNeverFitIsRefused() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(160).config("small", Nodes.MODEL, 1));
        GenerationRequest request = Nodes.request(Nodes.prompt(1, 200), 20);

        assertThat(Nodes.send(engine, request).awaitEnd().error)
                .isEqualTo("request " + request.requestId()
                        + " needs 14 KV cache blocks for 200 prompt and 20 output tokens; engine small has 10 blocks of 16"
                        + " tokens, raise its cacheTokens or send less");
    }

    @Test
    void aPromptLongerThanModelAndCacheIsRefusedAndNotKeptWaiting() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(8500));

        assertThat(Nodes.send(engine, Nodes.request(Nodes.prompt(1, 9000), Integer.MAX_VALUE))
                        .awaitEnd()
                        .error)
                .contains("needs 563 KV cache blocks for 9000 prompt");
    }

    @Test
    void aSequenceEndsEarlyOnlyWhereItMay() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(100_000));
        List<Answer> mayStop = new ArrayList<>();
        List<Answer> mustGoOn = new ArrayList<>();
        for (int seed = 0; seed < 20; seed++) {
            int[] prompt = Nodes.prompt(seed, 20);
            mayStop.add(Nodes.send(
                    engine,
                    new GenerationRequest(
                            "may-" + seed, prompt, 400, false, Optional.empty(), false, Optional.empty())));
            mustGoOn.add(Nodes.send(engine, Nodes.request(prompt, 400)));
        }

        assertThat(mustGoOn).allMatch(answer -> answer.output().size() == 400);
        assertThat(mayStop).allMatch(answer -> !answer.output().isEmpty());
        assertThat(mayStop)
                .filteredOn(answer -> answer.finishReason.equals("stop"))
                .isNotEmpty()
                .hasSizeLessThan(20)
                .allMatch(answer -> answer.tokens.size() < 400);
    }

    @Test
    void theModelsLengthEndsASequence() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(16_384));

        Answer answer = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 8190), 50));

        assertThat(answer.output()).hasSize(2);
        assertThat(answer.finishReason).isEqualTo("length");
    }

    @Test
    void anAbortedRequestFreesItsBlocksAndIsHeardOfNoMore() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(MILLI, MILLI, 0)));
        GenerationRequest request = Nodes.request(Nodes.prompt(1, 100), 1000);
        Answer answer = Nodes.send(engine, request);
        await().until(() -> answer.tokens.size() > 2);

        engine.abort(request.requestId());
        engine.abort("unknown");

        await().atMost(Duration.ofSeconds(5)).until(() -> engine.heldBlocks() == 0);
        assertThat(answer.finishReason).isEmpty();
        assertThat(answer.error).isEmpty();
        assertThat(engine.resetPrefixCache(false)).isTrue();
    }

    @Test
    void resetIsRefusedWhileARequestRuns() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(MILLI, MILLI, 0)));
        Answer answer = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 100), 1000));
        await().until(() -> answer.tokens.size() > 2);

        assertThat(engine.resetPrefixCache(false)).isFalse();
        assertThat(answer.output()).hasSize(1000);
        assertThat(engine.resetPrefixCache(false)).isTrue();
    }
}
