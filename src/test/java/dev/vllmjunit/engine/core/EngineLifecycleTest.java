package dev.vllmjunit.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineLifecycleTest {

    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void aRequestComesToTheSchedulerNoEarlierThanTheModelSays() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(0, 0, 0, 60_000_000)));
        long start = System.nanoTime();

        assertThat(Nodes.send(engine, Nodes.request(Nodes.prompt(1, 50), 1)).output())
                .hasSize(1);

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(60_000_000);
        assertThat(Nodes.metrics(engine).sum("vllm:request_queue_time_seconds_sum"))
                .isGreaterThanOrEqualTo(0.06);
    }

    @Test
    void anAbortDoesNotOvertakeItsRequest() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(0, 0, 0, 50_000_000)));
        GenerationRequest aborted = Nodes.request(Nodes.prompt(1, 50), 1_000_000);
        Answer first = Nodes.send(engine, aborted);
        engine.abort(aborted.requestId());

        assertThat(Nodes.send(engine, Nodes.request(Nodes.prompt(2, 50), 1)).output())
                .hasSize(1);
        await().until(() -> engine.heldBlocks() == 0);
        assertThat(first.tokens).isEmpty();
    }

    @Test
    void aRequestThatIsStillOnItsWayFailsWhenTheEngineIsClosed() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(0, 0, 0, 300_000_000)));
        Answer answer = Nodes.send(engine, Nodes.request(Nodes.prompt(1, 50), 1));
        engine.close();

        assertThat(answer.awaitEnd().error).contains("was closed");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void allBlocksAreFreeAfterAnyMixOfEnds(long seed) {
        Random random = new Random(seed);
        FakeTier tier = new FakeTier(64);
        FixedCost cost = new FixedCost(200_000, 200_000, 1_000_000);
        EmbeddedEngine prefill = nodes.start(
                Nodes.Setup.DEFAULT.tier(tier).cacheTokens(800).cost(cost).lease(Duration.ofMillis(200)));
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(800).cost(cost));
        List<Answer> mustEnd = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int[] prompt = Nodes.prompt(random.nextInt(4), 20 + random.nextInt(300));
            GenerationRequest first = Nodes.prefill(prompt);
            Answer prefilled = Nodes.send(prefill, first);
            if (random.nextInt(5) == 0) {
                prefill.abort(first.requestId());
                continue;
            }
            if (prefilled.awaitEnd().remoteKv.isEmpty() || random.nextInt(5) == 0) {
                continue;
            }
            RemoteKv remote = prefilled.remoteKv.orElseThrow();
            int[] asked = random.nextInt(6) == 0 ? Nodes.prompt(9, prompt.length) : prompt;
            GenerationRequest second = Nodes.decode(asked, 1 + random.nextInt(60), remote);
            Answer decoded = Nodes.send(decode, second);
            if (random.nextInt(3) == 0) {
                decode.abort(second.requestId());
            } else {
                mustEnd.add(decoded);
            }
        }

        assertThat(mustEnd).isNotEmpty().allSatisfy(answer -> assertThat(answer.awaitEnd().finishReason + answer.error)
                .isNotEmpty());
        await().atMost(Duration.ofSeconds(10)).until(() -> prefill.heldBlocks() == 0 && decode.heldBlocks() == 0);
        assertThat(prefill.resetPrefixCache(true)).isTrue();
        assertThat(decode.resetPrefixCache(true)).isTrue();
    }

    @Test
    void closeFailsWhatRunsAndLeavesNoThread() {
        EmbeddedEngine prefill =
                nodes.start(Nodes.Setup.DEFAULT.tier(new FakeTier(64)).config("closing-p", Nodes.MODEL, 1));
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT
                .cost(new FixedCost(0, 1_000_000, 3_000_000_000L))
                .config("closing-d"));
        int[] prompt = Nodes.prompt(1, 100);
        Nodes.send(prefill, Nodes.request(prompt, 1)).output();
        Answer running = Nodes.send(decode, Nodes.request(prompt, 3000));
        EmbeddedEngine source = nodes.start(Nodes.Setup.DEFAULT.config("closing-s"));
        Answer pulling = Nodes.send(
                decode,
                Nodes.decode(
                        Nodes.prompt(2, 100),
                        5,
                        Nodes.send(source, Nodes.prefill(Nodes.prompt(2, 100)))
                                .awaitEnd()
                                .remoteKv
                                .orElseThrow()));
        await().until(() -> running.tokens.size() > 3 && decode.heldBlocks() > 10);

        nodes.close();

        assertThat(running.awaitEnd().error).isEqualTo("engine closing-d was closed");
        assertThat(pulling.awaitEnd().error).isEqualTo("engine closing-d was closed");
        assertThat(decode.healthy()).isFalse();
        assertThat(decode.heldBlocks()).isZero();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> threadsOf("vllm-closing-").isEmpty());
        assertThat(Nodes.send(decode, Nodes.request(prompt, 1)).awaitEnd().error)
                .isEqualTo("engine closing-d was closed");
    }

    @Test
    void startsHealthyAndClosesTwice() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        assertThat(engine.healthy()).isTrue();

        engine.close();
        engine.close();

        assertThat(engine.healthy()).isFalse();
    }

    @Test
    void aTakenSideChannelPortIsNamedAndNothingIsLeftBehind() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EngineConfig free = Nodes.Setup.DEFAULT.config("unlucky");
            EngineConfig pinned = new EngineConfig(
                    free.name(),
                    free.model(),
                    free.vocabulary(),
                    free.blockSize(),
                    free.cacheTokens(),
                    free.maxBatchedTokens(),
                    free.kvScale(),
                    free.lease(),
                    OptionalInt.of(taken.getLocalPort()),
                    free.cost(),
                    Optional.empty());

            assertThatThrownBy(() -> EmbeddedEngine.start(pinned))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("engine unlucky cannot start: the side channel port " + taken.getLocalPort()
                            + " cannot be bound: Address already in use");
        }
        assertThat(threadsOf("vllm-unlucky-")).isEmpty();
    }

    @Test
    void aRequestIdServesOneRequestAtATime() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(0, 1_000_000, 0)));
        GenerationRequest request = Nodes.request(Nodes.prompt(1, 20), 200);
        Answer first = Nodes.send(engine, request);

        assertThat(Nodes.send(engine, request).awaitEnd().error)
                .isEqualTo("request id " + request.requestId() + " is in use; every request needs an id of its own");
        assertThat(first.output()).hasSize(200);
    }

    @Test
    void aListenerThatThrowsEndsOnlyItsOwnRequest() {
        EmbeddedEngine engine = nodes.start(Nodes.Setup.DEFAULT);
        engine.submit(Nodes.request(Nodes.prompt(1, 20), 50), new GenerationListener() {
            @Override
            public void onToken(int tokenId, double logprob) {
                throw new IllegalStateException("client");
            }

            @Override
            public void onFinished(String finishReason, int cachedTokens, Optional<RemoteKv> remoteKv) {}

            @Override
            public void onError(String message) {}
        });

        assertThat(Nodes.send(engine, Nodes.request(Nodes.prompt(2, 20), 50)).output())
                .hasSize(50);
        assertThat(engine.heldBlocks()).isZero();
    }

    @Test
    void sizesThatDoNotFitAreExplained() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Nodes.Setup.DEFAULT.config("a", Nodes.MODEL, 3))
                .withMessage(
                        "engine a: kvScale is 3; it must divide the 256 KV bytes of a token of tiny/model without a"
                                + " remainder, for instance a power of two");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Nodes.Setup.DEFAULT.blockSize(24).config("b"))
                .withMessage("engine b: blockSize is 24; it must be a multiple of 16, for instance 16, 64 or 128");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Nodes.Setup.DEFAULT.cacheTokens(15).config("c"))
                .withMessage(
                        "engine c: cacheTokens is 31; it must hold at least two blocks of 16 tokens, one of which is nobody's");
    }

    private static List<String> threadsOf(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }
}
