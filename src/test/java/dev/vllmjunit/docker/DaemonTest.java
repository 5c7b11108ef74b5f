package dev.vllmjunit.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.topology.DockerSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DaemonTest {

    @Test
    void theProfileNamesIt() {
        assertThat(daemon("tcp://10.0.0.1:2375", Optional.empty()))
                .isEqualTo(new Daemon(URI.create("tcp://10.0.0.1:2375"), Optional.empty()))
                .hasToString("tcp://10.0.0.1:2375");
        assertThat(daemon("tcp://10.0.0.1:2376", Optional.of(Path.of("certificates")))
                        .tls())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "unix:///run/docker.sock, false",
        "tcp://127.0.0.1:2375, false",
        "tcp://[::1]:2375, false",
        "ssh://localhost, false",
        "tcp://mi300x:2375, true",
        "ssh://lab@gaudi3, true"
    })
    void oneOnAnotherMachineIsElsewhere(URI url, boolean elsewhere) {
        assertThat(new Daemon(url, Optional.empty()).isElsewhere()).isEqualTo(elsewhere);
    }

    @Test
    void tlsNeedsThreeFiles(@TempDir Path directory) throws IOException {
        Files.createFile(directory.resolve("ca.pem"));
        assertThat(Daemon.missing(directory)).contains(directory.resolve("cert.pem"));

        Files.createFile(directory.resolve("cert.pem"));
        Files.createFile(directory.resolve("key.pem"));
        assertThat(Daemon.missing(directory)).isEmpty();
    }

    @Test
    void nobodyWhoAnswersIsSaidWithTheReason() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Daemon daemon = daemon("tcp://127.0.0.1:" + port, Optional.empty());

        assertThatExceptionOfType(DaemonException.class)
                .isThrownBy(daemon::connect)
                .withMessage("HttpHostConnectException (Connect to http://127.0.0.1:" + port
                        + " failed: Connection refused)");
    }

    @Test
    void oneThatNeverAnswersIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Daemon daemon = daemon("tcp://127.0.0.1:" + silent.getLocalPort(), Optional.empty());

            assertThatExceptionOfType(DaemonException.class)
                    .isThrownBy(() -> daemon.connect(Duration.ofSeconds(1)))
                    .withMessage("no answer within 1 s");
        }
    }

    private static Daemon daemon(String url, Optional<Path> tls) {
        return Daemon.of(Named.host("here", new DockerSettings.Host(URI.create(url), tls, "10.0.0.1")), "here");
    }
}
