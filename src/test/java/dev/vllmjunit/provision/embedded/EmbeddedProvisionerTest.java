package dev.vllmjunit.provision.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.engine.cost.MeasuredCost;
import dev.vllmjunit.engine.cost.MeasuredCost.Line;
import dev.vllmjunit.engine.cost.MeasuredCost.Step;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.AwsKeys;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.S3CacheSpec.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Starting topologies in this JVM, and not starting them. */
class EmbeddedProvisionerTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Requests ONE_EACH = Requests.onePrefillOneDecode();

    private final Path logs;

    private final EmbeddedProvisioner provisioner = new EmbeddedProvisioner();

    EmbeddedProvisionerTest(@TempDir Path logs) {
        this.logs = logs;
    }

    @Test
    void isFoundByItsName() {
        assertThat(ServiceLoader.load(Provisioner.class).stream()
                        .map(found -> found.get().name()))
                .contains("embedded");
    }

    @Test
    void startsEveryNodeAndSaysWhatIsModelled() throws Exception {
        try (RunningStack stack = provisioner.start(
                ONE_EACH.nodes(2, 1).host("mi300x-1").s3(Requests.S3).in(logs))) {
            ControlClient control = new ControlClient(SOON);
            assertThat(stack.prefill())
                    .extracting(node -> node.spec().name())
                    .containsExactly("prefill-0", "prefill-1");
            assertThat(stack.decode()).extracting(node -> node.spec().name()).containsExactly("decode-0");
            for (RunningNode node : stack.nodes()) {
                assertThat(node.endpoint().getHost()).isEqualTo("127.0.0.1");
                assertThat(node.version()).isEqualTo("0.32.0+vllm-junit-embedded");
                assertThat(control.getText(node.endpoint().resolve("/metrics"))).contains("vllm:cache_config_info");
            }
            assertThat(control.getText(stack.cacheServer().orElseThrow().resolve("/metrics")))
                    .contains("lmcache_mp_");
            assertThat(stack.modelled()).isTrue();
            assertThat(stack.facts())
                    .containsEntry("engine", "0.32.0+vllm-junit-embedded")
                    .containsEntry(
                            "hardware",
                            "prefill-0 modelled (roofline): AMD Instinct MI300X x 8; prefill-1 modelled (roofline): AMD"
                                    + " Instinct MI300X x 8; decode-0 modelled (roofline): Intel Gaudi 3 x 8")
                    .containsEntry(
                            "kv scale", "1:4, 64 of 256 KV bytes per token are held and moved; counters show full size")
                    .containsEntry("block size", "prefill-0 16 tokens; prefill-1 16 tokens; decode-0 16 tokens")
                    .containsEntry(
                            "placement",
                            "every node in this JVM, on 127.0.0.1; ignored: prefill-0 on mi300x-1, prefill-1 on mi300x-1,"
                                    + " decode-0 on mi300x-1")
                    .hasEntrySatisfying("object store", text -> assertThat(text)
                            .startsWith("embedded S3 server (s3proxy) http://127"));
        }
    }

    @Test
    void withoutAnS3CacheThereIsNoStoreAndNoCacheServer() {
        try (RunningStack stack = provisioner.start(ONE_EACH.in(logs))) {
            assertThat(stack.objectStore()).isEmpty();
            assertThat(stack.cacheServer()).isEmpty();
            assertThat(stack.facts()).containsEntry("object store", "none");
        }
    }

    @Test
    void aCalibrationTakesTheRooflinesPlaceAndStaysModelled() {
        Path file = logs.resolve("calibration.yaml");
        Line none = new Line(0, 0);
        new MeasuredCost("a laptop", 0, new Step(0, 0, 0), none, none, none, none, none).write(file);

        try (RunningStack stack = provisioner.start(ONE_EACH.in(logs, Optional.of(file)))) {
            assertThat(stack.modelled()).isTrue();
            assertThat(stack.facts())
                    .containsEntry(
                            "hardware",
                            "prefill-0 modelled (calibrated on a laptop); decode-0 modelled (calibrated on a laptop)");
        }
    }

    @Test
    void aCalibrationThatIsNotThereIsNamed() {
        Path file = logs.resolve("calibration.yaml");

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioner.start(ONE_EACH.in(logs, Optional.of(file))))
                .withMessageContaining("embedded.calibration: the calibration " + file + " cannot be read: ")
                .withMessageContaining(
                        "name the calibration.yaml of a run against the local stack, or leave the key out");
    }

    @Test
    void eachNodeKeepsALog() throws Exception {
        RunningStack stack = provisioner.start(ONE_EACH.in(logs));
        stack.close();
        Path log = stack.decode().get(0).log().orElseThrow();
        assertThat(log).isEqualTo(logs.resolve("decode-0.log"));
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).endsWith("Z starts");
        assertThat(lines.get(1)).contains(" engine ", ", side channel on 127.0.0.1:");
        assertThat(lines.get(2)).contains("modelled (roofline): Intel Gaudi 3 x 8; 1:4, 64 of 256", "; block size 16");
        assertThat(lines.get(3))
                .contains("version 0.32.0+vllm-junit-embedded of org/tiny answers at http://127.0.0.1:");
        assertThat(lines.get(4)).endsWith("Z stopped");
    }

    @Test
    void closingLeavesNoThreadAndNoPort() {
        RunningStack stack = provisioner.start(ONE_EACH.s3(Requests.S3).in(logs));
        URI node = stack.prefill().get(0).endpoint();
        stack.close();
        stack.close();
        assertNothingIsLeft();
        assertThatThrownBy(() -> new ControlClient(SOON).getText(node.resolve("/health")))
                .hasMessageContaining("ConnectException");
    }

    @Test
    void aPortInUseIsNamedAndEverythingElseIsClosedAgain() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> provisioner.start(
                            ONE_EACH.s3(Requests.S3).prefillPort(port).in(logs)))
                    .isInstanceOf(ProvisionException.class)
                    .hasMessage("prefill-0: port " + port
                            + " is in use; free it, or leave prefill.port out of the profile for a free one");
            assertThatThrownBy(() ->
                            provisioner.start(ONE_EACH.sideChannelPort(port).in(logs)))
                    .isInstanceOf(ProvisionException.class)
                    .hasMessage(
                            "prefill-0: side channel port " + port
                                    + " is in use; free it, or leave kvTransfer.sideChannelPort out of the profile for a free one");
        }
        assertNothingIsLeft();
    }

    @Test
    void anObjectStoreThatRefusesIsNamed() throws Exception {
        URI nowhere;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nowhere = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        AwsKeys.use("test", "test");
        try {
            assertThatThrownBy(
                            () -> provisioner.start(ONE_EACH.s3(Requests.s3(Optional.of(nowhere), Writer.LMCACHE, 64))
                                    .in(logs)))
                    .isInstanceOf(ProvisionException.class)
                    .hasMessageStartingWith("object store: ")
                    .hasMessageContaining(nowhere.toString());
        } finally {
            AwsKeys.forget();
        }
        assertNothingIsLeft();
    }

    static Stream<Arguments> impossible() {
        return Stream.of(
                impossible(
                        r -> r.s3(Requests.s3(Optional.empty(), Writer.OBJ, 64)),
                        "s3Cache.writer is OBJ, but the embedded cache server models LMCACHE only; write that, or choose"
                                + " another vllm.stack"),
                impossible(
                        r -> r.blockSize(24),
                        "prefill.blockSize is 24, but the embedded nodes need a multiple of 16; write for instance 16, 64"
                                + " or 128"),
                impossible(
                        r -> r.blockSize(32_768),
                        "embedded.deviceCacheTokens is 16384, but prefill.blockSize is 32768; write at least two blocks, one of which is nobody's, as in vLLM"),
                impossible(
                        r -> r.blockSize(128).s3(Requests.S3),
                        "s3Cache.chunkTokens is 64, but must be a multiple of prefill.blockSize, which is 128"),
                impossible(
                        r -> r.kvScale(7),
                        "embedded.kvScale is 7, but must divide the 256 KV bytes of a token of org/tiny without a"
                                + " remainder; write a divisor, for instance a power of two"),
                impossible(
                        r -> r.connector("P2pNcclConnector"),
                        "kvTransfer.connector is P2pNcclConnector, but the embedded nodes speak NixlConnector only; write"
                                + " that, or choose another vllm.stack"));
    }

    private static Arguments impossible(UnaryOperator<Requests> change, String reason) {
        return Arguments.of(change.apply(ONE_EACH), reason);
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void declinesWhatItCannotDo(Requests requests, String reason) {
        assertThat(provisioner.examine(requests.in(logs))).isEqualTo(Suitability.declined(reason));
        assertThatThrownBy(() -> provisioner.start(requests.in(logs)))
                .isInstanceOf(ProvisionException.class)
                .hasMessage("the embedded stack cannot run this topology: " + reason);
    }

    @Test
    void isAbleToDoTheRest() {
        assertThat(provisioner.examine(ONE_EACH.s3(Requests.S3).in(logs))).isEqualTo(Suitability.able());
    }

    private static void assertNothingIsLeft() {
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.matches("(prefill|decode)-\\d.*|.*lmcache.*|.*cache-server.*|.*starter.*")));
    }
}
