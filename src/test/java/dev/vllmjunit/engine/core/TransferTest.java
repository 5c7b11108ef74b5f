package dev.vllmjunit.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.topology.ModelSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransferTest {

    private static final int[] PROMPT = Nodes.prompt(1, 200);
    private static final int BLOCKS = 13;
    private static final int FULL_BLOCK_BYTES = 16 * 256;

    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 31, 32, 33, 200})
    void outputThroughAPrefillNodeIsTheOutputOfOneNode(int tokens) {
        int[] prompt = Nodes.prompt(tokens, tokens);
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT);
        List<Integer> alone = Nodes.send(nodes.start(Nodes.Setup.DEFAULT), Nodes.request(prompt, 16))
                .output();

        RemoteKv remote = prefill(prefill, prompt);

        assertThat(Nodes.send(decode, Nodes.decode(prompt, 16, remote)).output())
                .isEqualTo(alone);
        assertFree(prefill, decode);
    }

    @Test
    void saysWhereTheBlocksAre() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        prefill(prefill, PROMPT);

        GenerationRequest request = Nodes.prefill(PROMPT);
        RemoteKv remote = Nodes.send(prefill, request).awaitEnd().remoteKv.orElseThrow();

        assertThat(remote.engineId()).isEqualTo(prefill.engineId());
        assertThat(remote.requestId()).isEqualTo(request.requestId());
        assertThat(remote.host()).isEqualTo("127.0.0.1");
        assertThat(remote.port()).isEqualTo(prefill.sideChannelPort());
        assertThat(remote.blockIds()).hasSize(BLOCKS).doesNotHaveDuplicates();
        assertThat(remote.tokens()).isEqualTo(200);
        assertThat(remote.cachedTokens()).isEqualTo(192);
    }

    @Test
    void allPromptTokensCountAsPulledAndWholeBlocksTravel() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT);

        Answer answer = Nodes.send(decode, Nodes.decode(PROMPT, 4, prefill(prefill, PROMPT)));

        answer.output();
        assertThat(answer.cachedTokens).isEqualTo(200);
        assertThat(Nodes.bySource(decode, "external_kv_transfer")).isEqualTo(200);
        assertThat(Nodes.bySource(decode, "local_compute")).isZero();
        assertThat(Nodes.cachedBySource(decode, "p2p")).isEqualTo(200);
        assertThat(Nodes.metrics(decode).sum("vllm:external_prefix_cache_hits_total"))
                .isEqualTo(200);
        assertThat(Nodes.metrics(decode).sum("vllm:nixl_bytes_transferred_sum")).isEqualTo(BLOCKS * FULL_BLOCK_BYTES);
        assertThat(Nodes.metrics(decode).sum("vllm:nixl_xfer_time_seconds_count"))
                .isEqualTo(1);
        assertThat(Nodes.metrics(prefill).sum("vllm:nixl_bytes_transferred_count"))
                .isZero();
        assertThat(Nodes.bySource(prefill, "local_compute")).isEqualTo(200);
    }

    @Test
    void whatDecodeHoldsIsNotPulledAgain() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT);
        List<Integer> first = Nodes.send(decode, Nodes.decode(PROMPT, 4, prefill(prefill, PROMPT)))
                .output();

        Answer second = Nodes.send(decode, Nodes.decode(PROMPT, 4, prefill(prefill, PROMPT)));

        assertThat(second.output()).isEqualTo(first);
        assertThat(Nodes.bySource(decode, "local_cache_hit")).isEqualTo(192);
        assertThat(Nodes.bySource(decode, "external_kv_transfer")).isEqualTo(208);
        assertThat(Nodes.metrics(decode).sum("vllm:nixl_bytes_transferred_sum"))
                .isEqualTo((BLOCKS + 1) * FULL_BLOCK_BYTES);
        assertFree(prefill, decode);
    }

    @Test
    void aTransferTakesAtLeastItsModelledTimeAndTransfersShareTheLink() {
        long transfer = 20_000_000;
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(0, 0, transfer)));
        RemoteKv one = prefill(prefill, PROMPT);
        RemoteKv two = prefill(prefill, Nodes.prompt(2, 200));
        long start = System.nanoTime();

        Answer first = Nodes.send(decode, Nodes.decode(PROMPT, 1, one));
        Answer second = Nodes.send(decode, Nodes.decode(Nodes.prompt(2, 200), 1, two));
        first.output();
        second.output();

        assertThat(Math.min(first.times.get(0), second.times.get(0)) - start).isGreaterThanOrEqualTo(transfer);
        assertThat(Math.max(first.times.get(0), second.times.get(0)) - start).isGreaterThanOrEqualTo(2 * transfer);
        assertThat(Nodes.metrics(decode).sum("vllm:nixl_xfer_time_seconds_sum")).isGreaterThanOrEqualTo(0.04);
    }

    @Test
    void otherRequestsGoOnWhileOnePulls() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(0, 1_000_000, 100_000_000)));
        Answer running = Nodes.send(decode, Nodes.request(Nodes.prompt(3, 20), 2000));
        await().until(() -> running.tokens.size() > 2);

        Answer pulling = Nodes.send(decode, Nodes.decode(PROMPT, 1, prefill(prefill, PROMPT)));
        int before = running.tokens.size();
        pulling.output();

        assertThat(running.tokens.size() - before).isGreaterThan(2);
    }

    @Test
    void aCorruptedBlockChangesTheOutput() throws IOException {
        assertThat(outputWhen(blocks -> blocks.get(3)[7] ^= 1)).isNotEqualTo(outputWhen(blocks -> {}));
    }

    @Test
    void exchangedBlocksChangeTheOutput() throws IOException {
        assertThat(outputWhen(blocks -> Collections.swap(blocks, 2, 9))).isNotEqualTo(outputWhen(blocks -> {}));
    }

    @Test
    void anEmptyBlockChangesTheOutput() throws IOException {
        assertThat(outputWhen(blocks -> blocks.set(5, new byte[1024]))).isNotEqualTo(outputWhen(blocks -> {}));
    }

    @Test
    void aDroppedBlockFailsTheRequest() throws IOException {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT);
        RemoteKv remote = prefill(prefill, PROMPT);
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RemoteKv elsewhere = at(remote, silent.getLocalPort());
            Answer answer = Nodes.send(decode, Nodes.decode(PROMPT, 4, elsewhere));
            silent.accept().close();

            assertThat(answer.awaitEnd().error)
                    .startsWith("NIXL transfer of the KV blocks of request " + remote.requestId() + " failed: ")
                    .endsWith(" (kv_load_failure_policy=fail)");
        }
        assertThat(decode.heldBlocks()).isZero();
    }

    @Test
    void aWrongEngineIsRefused() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        RemoteKv remote = prefill(prefill, PROMPT);
        RemoteKv stale =
                new RemoteKv("dead-beef", remote.requestId(), remote.host(), remote.port(), remote.blockIds(), 200, 0);

        assertFails(
                Nodes.Setup.DEFAULT.config("decode"),
                stale,
                "Remote NIXL agent engine ID mismatch. Expected dead-beef,received " + prefill.engineId() + ".");
    }

    @Test
    void anUnreachableSideChannelIsNamed() throws IOException {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }

        assertFails(
                Nodes.Setup.DEFAULT.config("decode"),
                at(prefill(prefill, PROMPT), closedPort),
                "the side channel of prefill engine " + prefill.engineId() + " at 127.0.0.1:" + closedPort
                        + " cannot be reached: Connection refused");
    }

    @Test
    void anotherBlockSizeIsRefusedInVllmsWords() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT.blockSize(128));

        assertFails(
                Nodes.Setup.DEFAULT.blockSize(64).config("decode"),
                prefill(prefill, PROMPT),
                "Local block size 64 is not divisible by remote block size 128 or vice versa.");
    }

    @Test
    void aMultipleOfTheBlockSizeIsRefusedToo() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT.blockSize(128));

        assertFails(
                Nodes.Setup.DEFAULT.blockSize(256).config("decode"),
                prefill(prefill, PROMPT),
                "Local block size 256 differs from remote block size 128; start both nodes with the same --block-size.");
    }

    @Test
    void anotherModelIsRefused() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        ModelSpec wide = new ModelSpec("tiny/model", 1_000_000, 2, 64, 2, 16, 4, 8192);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT.config("decode", wide, 8));

        Answer answer = Nodes.send(decode, Nodes.decode(PROMPT, 1, prefill(prefill, PROMPT)));

        assertThat(answer.awaitEnd().error)
                .contains("NIXL compatibility hash mismatch. Local: ")
                .contains("Prefill and decode instances have incompatible configurations.")
                .contains("(KV bytes per token: local 512, remote 256)");
    }

    @Test
    void unknownRequestsAndForeignBlocksAreRefused() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        RemoteKv remote = prefill(prefill, PROMPT);
        int[] exchanged = remote.blockIds().clone();
        exchanged[0] = remote.blockIds()[1];

        assertFails(
                Nodes.Setup.DEFAULT.config("a"),
                with(remote, "cmpl-nobody", remote.blockIds(), 200),
                "no KV blocks are kept for request cmpl-nobody; it is not known here");
        assertFails(
                Nodes.Setup.DEFAULT.config("b"),
                with(remote, remote.requestId(), exchanged, 200),
                "block " + exchanged[0] + " is not block 0 of request " + remote.requestId());
        assertFails(
                Nodes.Setup.DEFAULT.config("c"),
                with(remote, remote.requestId(), new int[] {remote.blockIds()[0]}, 16),
                "offered are 16 tokens in 1 blocks; the prompt has 200 tokens in 13 blocks");
    }

    @Test
    void blocksOfAnotherPromptAreRefused() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT);
        RemoteKv remote = prefill(prefill, PROMPT);

        Answer answer = Nodes.send(decode, Nodes.decode(Nodes.prompt(2, 200), 1, remote));

        assertThat(answer.awaitEnd().error)
                .isEqualTo(failure(
                        remote,
                        "the KV blocks of request " + remote.requestId()
                                + " hold another prompt, of 200 tokens, than the"
                                + " one of 200 tokens they are asked for"));
    }

    @Test
    void anExpiredLeaseFreesTheBlocksAndFailsTheDecode() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT.lease(Duration.ofMillis(60)));
        RemoteKv remote = prefill(prefill, PROMPT);
        assertThat(prefill.resetPrefixCache(false)).isFalse();

        await().atMost(Duration.ofSeconds(5)).until(() -> prefill.heldBlocks() == 0);

        assertThat(Nodes.metrics(prefill).sum("vllm:nixl_num_kv_expired_reqs_total"))
                .isEqualTo(1);
        assertThat(prefill.resetPrefixCache(false)).isTrue();
        assertFails(
                Nodes.Setup.DEFAULT.config("decode"),
                remote,
                "the KV blocks of request " + remote.requestId()
                        + " were released when their lease of PT0.06S expired");
    }

    @Test
    void aLeaseDoesNotExpireWhileItsBlocksAreRead() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT.lease(Duration.ofMillis(100)));
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(0, 0, 300_000_000)));

        Answer answer = Nodes.send(decode, Nodes.decode(PROMPT, 4, prefill(prefill, PROMPT)));

        assertThat(answer.output()).hasSize(4);
        assertThat(Nodes.metrics(prefill).sum("vllm:nixl_num_kv_expired_reqs_total"))
                .isZero();
        assertFree(prefill, decode);
    }

    @Test
    void aWaitingDecodeRequestKeepsItsLeaseAlive() {
        Nodes.Setup shortLease = Nodes.Setup.DEFAULT.lease(Duration.ofMillis(300));
        EmbeddedEngine prefill = nodes.start(shortLease);
        EmbeddedEngine decode = nodes.start(shortLease.cacheTokens(320).cost(new FixedCost(0, 10_000_000, 0)));
        Answer blocking = Nodes.send(decode, Nodes.request(Nodes.prompt(2, 200), 100));
        await().until(() -> !blocking.tokens.isEmpty());

        Answer waiting = Nodes.send(decode, Nodes.decode(PROMPT, 4, prefill(prefill, PROMPT)));

        assertThat(waiting.output()).hasSize(4);
        assertThat(waiting.times.get(0)).isGreaterThan(blocking.times.get(99));
        assertThat(Nodes.metrics(prefill).sum("vllm:nixl_num_kv_expired_reqs_total"))
                .isZero();
    }

    @Test
    void anAbortedDecodeRequestGivesTheLeaseBack() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT.cacheTokens(320).cost(new FixedCost(0, 5_000_000, 0)));
        GenerationRequest blocking = Nodes.request(Nodes.prompt(2, 200), 100);
        Answer blocked = Nodes.send(decode, blocking);
        await().until(() -> !blocked.tokens.isEmpty());
        GenerationRequest waiting = Nodes.decode(PROMPT, 4, prefill(prefill, PROMPT));
        Nodes.send(decode, waiting);

        decode.abort(waiting.requestId());
        decode.abort(blocking.requestId());

        assertFree(prefill, decode);
    }

    @Test
    void anAbortDuringThePullFreesBothSides() {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT.cost(new FixedCost(0, 0, 500_000_000)));
        GenerationRequest pulling = Nodes.decode(PROMPT, 4, prefill(prefill, PROMPT));
        Answer answer = Nodes.send(decode, pulling);
        await().until(() -> decode.heldBlocks() > 0);

        decode.abort(pulling.requestId());

        assertFree(prefill, decode);
        assertThat(answer.tokens).isEmpty();
    }

    private List<Integer> outputWhen(Consumer<List<byte[]>> meddle) throws IOException {
        EmbeddedEngine prefill = nodes.start(Nodes.Setup.DEFAULT);
        EmbeddedEngine decode = nodes.start(Nodes.Setup.DEFAULT);
        UnaryOperator<List<byte[]>> change = blocks -> {
            List<byte[]> changed = new ArrayList<>(blocks);
            meddle.accept(changed);
            return changed;
        };
        try (MeddlingProxy proxy = new MeddlingProxy(prefill.sideChannelPort(), 16 * 64, change)) {
            return Nodes.send(decode, Nodes.decode(PROMPT, 8, proxy.through(prefill(prefill, PROMPT))))
                    .output();
        }
    }

    private void assertFails(EngineConfig decodeConfig, RemoteKv remote, String cause) {
        EmbeddedEngine decode = nodes.start(decodeConfig);

        Answer answer = Nodes.send(decode, Nodes.decode(PROMPT, 1, remote));

        assertThat(answer.awaitEnd().error).isEqualTo(failure(remote, cause));
        assertThat(answer.tokens).isEmpty();
        assertThat(decode.heldBlocks()).isZero();
        assertThat(Nodes.metrics(decode).sum("vllm:nixl_num_failed_transfers_total"))
                .isEqualTo(1);
        assertThat(Nodes.metrics(decode).sum("vllm:request_success_total")).isEqualTo(1);
        assertThat(Nodes.bySource(decode, "external_kv_transfer")).isZero();
    }

    private static String failure(RemoteKv remote, String cause) {
        return "NIXL transfer of the KV blocks of request " + remote.requestId() + " failed: " + cause
                + " (kv_load_failure_policy=fail)";
    }

    private static void assertFree(EmbeddedEngine... engines) {
        for (EmbeddedEngine engine : engines) {
            await().atMost(Duration.ofSeconds(5)).until(() -> engine.heldBlocks() == 0);
        }
    }

    private static RemoteKv prefill(EmbeddedEngine engine, int[] prompt) {
        return Nodes.send(engine, Nodes.prefill(prompt)).awaitEnd().remoteKv.orElseThrow();
    }

    private static RemoteKv at(RemoteKv remote, int port) {
        return new RemoteKv(
                remote.engineId(), remote.requestId(), remote.host(), port, remote.blockIds(), remote.tokens(), 0);
    }

    private static RemoteKv with(RemoteKv remote, String requestId, int[] blocks, int tokens) {
        return new RemoteKv(remote.engineId(), requestId, remote.host(), remote.port(), blocks, tokens, 0);
    }
}
