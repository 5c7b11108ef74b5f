package dev.vllmjunit.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that stand for ssh, and a server that answers as a docker daemon does. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SshBridgeTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Path directory;

    SshBridgeTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void sshIsAskedForDockersOwnEndAndMayAskNobody() {
        assertThat(SshBridge.command(URI.create("ssh://lab@mi300x:2222")))
                .containsExactly(
                        "ssh",
                        "-o",
                        "BatchMode=yes",
                        "-o",
                        "ConnectTimeout=10",
                        "-T",
                        "-p",
                        "2222",
                        "--",
                        "lab@mi300x",
                        "docker",
                        "system",
                        "dial-stdio");
        assertThat(SshBridge.command(URI.create("ssh://mi300x")))
                .endsWith("-T", "--", "mi300x", "docker", "system", "dial-stdio");
    }

    @Test
    void aDaemonAnswersThroughIt() throws IOException {
        HttpServer daemon = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        daemon.createContext("/", exchange -> {
            byte[] body = "{\"Version\":\"26.1.5\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        daemon.start();
        int port = daemon.getAddress().getPort();
        try (Connection connection = connection("exec 3<>/dev/tcp/127.0.0.1/" + port + "; cat <&3 & cat >&3")) {
            assertThat(connection.client().versionCmd().exec().getVersion()).isEqualTo("26.1.5");
        } finally {
            daemon.stop(0);
        }
    }

    @Test
    void aRefusalIsTheLastThingThatSshSaid() {
        try (Connection connection = connection(
                "echo Warning: new key >&2; echo 'lab@mi300x: Permission denied (publickey).' >&2; exit 255")) {
            assertThatExceptionOfType(DaemonException.class)
                    .isThrownBy(() -> connection.ping(SOON))
                    .withMessage("lab@mi300x: Permission denied (publickey).");
        }
    }

    @Test
    void aMachineWithoutSshSaysSo() {
        try (Connection connection = connection(List.of("/no/such/ssh"))) {
            assertThatExceptionOfType(DaemonException.class)
                    .isThrownBy(() -> connection.ping(SOON))
                    .withMessageStartingWith("Cannot run program \"/no/such/ssh\"");
        }
    }

    @Test
    void aDaemonThatDoesNotAnswerIsGivenUpAndItsSshEnds() {
        Path pid = directory.resolve("pid");
        try (Connection connection = connection("echo $$ >" + pid + "; exec sleep 600")) {
            assertThatExceptionOfType(DaemonException.class)
                    .isThrownBy(() -> connection.ping(Duration.ofSeconds(1)))
                    .withMessage("no answer within 1 s");
        }
        await().atMost(SOON).until(() -> ProcessHandle.of(pid(pid)).isEmpty());
    }

    private static long pid(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    private static Connection connection(String script) {
        return connection(List.of("bash", "-c", script));
    }

    private static Connection connection(List<String> command) {
        return Connection.through(SshBridge.open(command), SOON, Optional.empty());
    }
}
