package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.vllmjunit.docker.Named;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.DockerSettings.Pull;
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

/** Daemons and images, asked of a server that answers as a docker daemon does. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DockerChecksTest {

    private HttpServer daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        daemon.start();
    }

    @AfterEach
    void stop() {
        daemon.stop(0);
    }

    @Test
    void aDaemonThatAnswers() {
        answer("/version", 200, "{\"Version\":\"26.1.5\",\"ApiVersion\":\"1.45\",\"Os\":\"linux\",\"Arch\":\"amd64\"}");
        try (DockerHost host = host()) {
            assertThat(new DaemonCheck(host).examine())
                    .isEqualTo(Finding.ok("docker 26.1.5 on linux/amd64 at " + url()));
        }
    }

    @Test
    void aDaemonThatIsNotThere() {
        URI url = url();
        daemon.stop(0);
        try (DockerHost host = host(url)) {
            Finding finding = new DaemonCheck(host).examine();

            assertThat(finding.status()).isEqualTo(Status.FAILED);
            assertThat(finding.found()).startsWith(url + " does not answer: ").contains("Connection refused");
            assertThat(finding.remedy())
                    .isEqualTo(
                            "docker.hosts.mi300x.url: host and port; .tls: the directory with ca.pem, cert.pem and key.pem;"
                                    + " dockerd -H tcp://…");
        }
    }

    @Test
    void aHostWhoseDaemonIsNotThereHasNoShell() {
        URI url = url();
        daemon.stop(0);
        try (DockerHost host = host(url)) {
            assertThatThrownBy(() -> host.host().shell().run("true", Duration.ofSeconds(5)))
                    .isInstanceOf(CannotCheckException.class)
                    .hasMessageStartingWith("no shell on mi300x: ");
        }
    }

    @Test
    void anImageThatIsThere() {
        answer("/images/vllm:1/json", 200, "{\"Id\":\"sha256:1\",\"Size\":12884901888,\"Architecture\":\"amd64\"}");
        try (DockerHost host = host()) {
            assertThat(new ImageCheck(node("vllm:1"), host, Pull.NEVER).examine())
                    .isEqualTo(Finding.ok("vllm:1, 12.0 GiB, for amd64"));
        }
    }

    @Test
    void anImageThatIsNotThereIsAFailureWhereNoneIsPulled() {
        answer("/images/vllm:1/json", 404, "{\"message\":\"No such image: vllm:1\"}");
        try (DockerHost host = host()) {
            assertThat(new ImageCheck(node("vllm:1"), host, Pull.NEVER).examine())
                    .isEqualTo(Finding.failed(
                            "vllm:1 is not there",
                            "docker pull it there, build it there, or set docker.pull: MISSING"));
            assertThat(new ImageCheck(node("vllm:1"), host, Pull.MISSING).examine())
                    .isEqualTo(Finding.warning(
                            "vllm:1 is not there", "docker pull it there before, or the start waits for it"));
        }
    }

    @Test
    void anImageThatTheDaemonDoesNotTellOfIsNotChecked() {
        answer("/images/vllm:1/json", 500, "{\"message\":\"disk on fire\"}");
        try (DockerHost host = host()) {
            assertThatThrownBy(new ImageCheck(node("vllm:1"), host, Pull.NEVER)::examine)
                    .isInstanceOf(CannotCheckException.class)
                    .hasMessageStartingWith("the daemon does not answer: ")
                    .hasMessageContaining("disk on fire");
        }
    }

    private void answer(String path, int status, String body) {
        daemon.createContext("/", exchange -> {
            byte[] text = body.getBytes(StandardCharsets.UTF_8);
            boolean meant = exchange.getRequestURI().getPath().endsWith(path);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(meant ? status : 400, meant ? text.length : -1);
            exchange.getResponseBody().write(meant ? text : new byte[0]);
            exchange.close();
        });
    }

    private URI url() {
        return URI.create("tcp://127.0.0.1:" + daemon.getAddress().getPort());
    }

    private DockerHost host() {
        return host(url());
    }

    private static DockerHost host(URI url) {
        return DockerHost.of(
                node("vllm:1"), Named.host("mi300x", new DockerSettings.Host(url, Optional.empty(), "10.0.0.1")));
    }

    private static NodeSpec node(String image) {
        return new NodeSpec(
                NodeRole.PREFILL,
                0,
                Accelerator.ROCM,
                8,
                128,
                "mi300x",
                OptionalInt.empty(),
                Optional.of(image),
                Map.of(),
                List.of());
    }
}
