package dev.vllmjunit.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.provision.RunningNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a node's answer to {@code POST /reset_prefix_cache}. */
class NodeControlTest {

    private static final RunLimits LIMITS = new RunLimits(
            Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(200), Duration.ofSeconds(5), 0);

    private HttpServer node;
    private int status = 200;
    private String answer = "{\"success\": true}";

    @BeforeEach
    void open() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/reset_prefix_cache", exchange -> {
            byte[] body = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        node.start();
    }

    @AfterEach
    void close() {
        node.stop(0);
    }

    @Test
    void aNodeThatDropsItsCacheForbidsNothing() {
        assertThat(control().dropEngineCaches()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 405})
    void aNodeThatDoesNotAllowItIsNamed(int refusal) {
        status = refusal;

        NodeControl control = control();

        assertThat(control.dropEngineCaches()).containsExactly("prefill-0");
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> control.requireResets(CacheState.S3_ONLY))
                .withMessage(
                        "INVALID (CACHE_STATE_NOT_REACHED): CacheState.S3_ONLY needs POST /reset_prefix_cache, which"
                                + " prefill-0 did not allow; start vLLM with VLLM_SERVER_DEV_MODE=1 and let the call through, or"
                                + " run with CacheState.EMPTY or WARM, which do without.");
    }

    @Test
    void aNodeThatFailsToMakesTheRunInvalid() {
        status = 500;
        answer = "Internal Server Error";

        notReached("prefill-0 cannot drop its prefix cache: POST " + url() + " answered 500: Internal Server Error");
    }

    @Test
    void aNodeWhoseBlocksStayHeldMakesTheRunInvalid() {
        answer = "{\"success\": false}";

        notReached(
                "prefill-0 did not drop its prefix cache within 0 s: POST " + url()
                        + " answered {\"success\": false}; blocks are held by a request or by a KV transfer that nobody pulled");
    }

    private void notReached(String why) {
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> control().dropEngineCaches())
                .withMessage("INVALID (CACHE_STATE_NOT_REACHED): " + why)
                .satisfies(invalid -> assertThat(invalid.reason()).isEqualTo(InvalidReason.CACHE_STATE_NOT_REACHED));
    }

    private String url() {
        return endpoint()
                .resolve("/reset_prefix_cache?reset_running_requests=false&reset_external=true")
                .toString();
    }

    private URI endpoint() {
        return URI.create("http://127.0.0.1:" + node.getAddress().getPort());
    }

    private NodeControl control() {
        RunningNode running = new RunningNode(
                Results.cold().build().conditions().topology().prefill().get(0), endpoint(), "0", Optional.empty());
        return new NodeControl(
                new NoNodes() {
                    @Override
                    public List<RunningNode> nodes() {
                        return List.of(running);
                    }
                },
                "m",
                LIMITS);
    }
}
