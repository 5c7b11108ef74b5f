package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that run already, as far as this machine can tell. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunningNodeChecksTest {

    private static final ControlClient CONTROL = new ControlClient(Duration.ofSeconds(5));

    private HttpServer node;

    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answer("/health", "");
        answer("/v1/models", "{\"data\":[{\"id\":\"tiny\"}]}");
        node.start();
    }

    @AfterEach
    void stop() {
        node.stop(0);
    }

    @Test
    void aNodeThatServesTheModel() {
        assertThat(check("tiny").examine()).isEqualTo(Finding.ok("healthy, serves tiny"));
        assertThat(check("tiny").where()).isEqualTo("prefill-0 " + url());
    }

    @Test
    void aNodeThatServesAnotherModelIsAFailure() {
        assertThat(check("large").examine())
                .isEqualTo(Finding.failed(
                        "serves [tiny], not large",
                        "describe the served model in the profile, or set vllm.model if only its name differs"));
    }

    @Test
    void aNodeThatIsGoneIsAFailure() {
        Check check = check("tiny");
        node.stop(0);

        Finding finding = check.examine();
        assertThat(finding.status()).isEqualTo(Status.FAILED);
        assertThat(finding.found()).startsWith("GET " + url() + "/health failed within 5000 ms: ConnectException");
        assertThat(finding.remedy()).isEqualTo("start the node, or correct vllm.attach.prefill");
    }

    @Test
    void theClockOfANodeThatIsGoneIsNotChecked() {
        URI gone = url();
        node.stop(0);
        assertThatThrownBy(() -> Clock.of(CONTROL, gone).read())
                .isInstanceOf(CannotCheckException.class)
                .hasMessageStartingWith("GET " + gone + " failed within 5000 ms: ConnectException");
    }

    @Test
    void aSideChannelThatListens() {
        int port = node.getAddress().getPort();
        assertThat(new ListeningCheck("prefill-0", "127.0.0.1", OptionalInt.of(port)).examine())
                .isEqualTo(Finding.ok("127.0.0.1:" + port + " listens; from decode's host it may look different"));
    }

    @Test
    void aSideChannelThatIsRefusedIsAWarning() {
        int port = node.getAddress().getPort();
        node.stop(0);
        assertThat(new ListeningCheck("prefill-0", "127.0.0.1", OptionalInt.of(port)).examine())
                .isEqualTo(Finding.warning(
                        "127.0.0.1:" + port + " is refused",
                        "VLLM_NIXL_SIDE_CHANNEL_HOST on the prefill node: left out, it listens on localhost only"));
    }

    @Test
    void aSideChannelOfUnknownPortOrHostIsNotChecked() {
        assertThat(new ListeningCheck("prefill-0", "127.0.0.1", OptionalInt.empty()).examine())
                .isEqualTo(Finding.notChecked(
                        "the port is not known here",
                        "set vllm.side-channel.port to the node's VLLM_NIXL_SIDE_CHANNEL_PORT"));
        assertThatThrownBy(new ListeningCheck("prefill-0", "mi300x.invalid", OptionalInt.of(5600))::examine)
                .hasMessage("mi300x.invalid does not resolve here");
    }

    private NodeCheck check(String model) {
        NodeSpec spec = new NodeSpec(
                NodeRole.PREFILL,
                0,
                Accelerator.CPU,
                1,
                128,
                "127.0.0.1",
                OptionalInt.empty(),
                Optional.empty(),
                Map.of(),
                List.of());
        return new NodeCheck(spec, url(), model, CONTROL);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + node.getAddress().getPort());
    }

    private void answer(String path, String body) {
        node.createContext(path, exchange -> {
            byte[] text = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, text.length == 0 ? -1 : text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        });
    }
}
