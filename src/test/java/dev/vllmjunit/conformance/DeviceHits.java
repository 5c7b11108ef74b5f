package dev.vllmjunit.conformance;

import static dev.vllmjunit.conformance.StackUnderTest.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device has of earlier prompts: shown by the decode node, which has nothing else. Blocks are 128 tokens. */
abstract class DeviceHits {

    private static final int LONG = 1_000;
    private static final int WHOLE_BLOCKS = LONG / BLOCK * BLOCK;
    /** A prompt takes seven blocks for good; the one that its end and output share is free again. 63 blocks hold eight of them. */
    private static final int PROMPTS_THAT_FIT = 8;

    private final StackUnderTest stack;
    private final Endpoint node;

    DeviceHits(StackUnderTest stack) {
        this.stack = stack;
        this.node = stack.decode;
    }

    @BeforeEach
    void forget() {
        stack.forgetAllButObjects();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1, LONG})
    void aRepeatedPromptHitsWholeBlocksButNeverItsLastToken(int tokens) {
        ObjectNode request = Requests.completion(Requests.fresh(tokens));
        Counting first = Counting.node(node);
        node.complete(request);
        first.moves(Served.computing(tokens).counters());

        Counting second = Counting.node(node);
        int cached = node.complete(request)
                .at("/usage/prompt_tokens_details/cached_tokens")
                .asInt();

        int hit = (tokens - 1) / BLOCK * BLOCK;
        assertThat(cached).isEqualTo(hit);
        second.moves(Served.computing(tokens).own(hit).counters());
    }

    @Test
    void aPromptLongerThanAStepCountsAsOne() {
        Counting counting = Counting.node(node);
        node.complete(Requests.completion(Requests.fresh(StackUnderTest.LONGEST - 100)));

        counting.moves(Served.computing(StackUnderTest.LONGEST - 100).counters());
    }

    @ParameterizedTest
    @ValueSource(ints = {BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK, 6 * BLOCK - 1})
    void aSharedBeginningHitsItsWholeBlocks(int shared) {
        int[] prompt = Requests.fresh(LONG);
        node.complete(Requests.completion(prompt));

        assertThat(node.cachedTokens(Requests.sharing(prompt, shared, LONG))).isEqualTo(shared / BLOCK * BLOCK);
    }

    @Test
    void aSharedEndHitsNothing() {
        int[] prompt = Requests.fresh(LONG);
        node.complete(Requests.completion(prompt));
        prompt[0]++;

        assertThat(node.cachedTokens(prompt)).isZero();
    }

    @Test
    void whatWasGeneratedHitsToo() {
        int[] prompt = Requests.fresh(BLOCK - 3);
        var generated = node.complete(
                        Requests.completion(prompt).put("max_tokens", 5).put("return_token_ids", true))
                .at("/choices/0/token_ids");
        int[] continued = Stream.concat(
                        java.util.Arrays.stream(prompt).boxed(),
                        Stream.iterate(0, i -> i + 1)
                                .limit(5)
                                .map(i -> generated.get(i).asInt()))
                .mapToInt(Integer::intValue)
                .toArray();

        assertThat(node.cachedTokens(continued)).isEqualTo(BLOCK);
    }

    @Test
    void aSaltForcesAMissAndHitsWithItself() {
        ObjectNode request = Requests.completion(Requests.fresh(LONG));
        node.complete(request);

        assertThat(cached(request.put("cache_salt", "one"))).isZero();
        assertThat(cached(request.put("cache_salt", "two"))).isZero();
        assertThat(cached(request.put("cache_salt", "one"))).isEqualTo(WHOLE_BLOCKS);
    }

    @Test
    void aResetForgets() {
        int[] prompt = Requests.fresh(LONG);
        node.complete(Requests.completion(prompt));
        stack.forgetDevices();

        assertThat(node.cachedTokens(prompt)).isZero();
    }

    @Test
    void aFullDeviceGivesUpTheEndOfWhatWasUsedLeastRecently() {
        List<int[]> prompts = Stream.generate(() -> Requests.fresh(LONG))
                .limit(PROMPTS_THAT_FIT + 1)
                .toList();
        prompts.subList(0, PROMPTS_THAT_FIT).forEach(prompt -> node.complete(Requests.completion(prompt)));
        assertThat(node.cachedTokens(prompts.get(0))).isEqualTo(WHOLE_BLOCKS);

        node.complete(Requests.completion(prompts.get(PROMPTS_THAT_FIT)));

        assertThat(node.cachedTokens(prompts.get(0))).isEqualTo(WHOLE_BLOCKS);
        assertThat(node.cachedTokens(prompts.get(PROMPTS_THAT_FIT))).isEqualTo(WHOLE_BLOCKS);
        assertThat(node.cachedTokens(prompts.get(1))).isEqualTo(WHOLE_BLOCKS - BLOCK);
    }

    private int cached(ObjectNode request) {
        return node.complete(request)
                .at("/usage/prompt_tokens_details/cached_tokens")
                .asInt();
    }
}
