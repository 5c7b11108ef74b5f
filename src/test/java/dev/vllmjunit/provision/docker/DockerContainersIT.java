package dev.vllmjunit.provision.docker;

import static dev.vllmjunit.provision.docker.ShellPart.AT_WORK;
import static dev.vllmjunit.provision.docker.ShellPart.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import dev.vllmjunit.docker.Daemon;
import dev.vllmjunit.docker.Named;
import dev.vllmjunit.docker.Needed;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.topology.DockerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the daemon that DOCKER_HOST names. {@code -Ddocker.required=true} makes a missing one a failure. */
@Tag("docker")
class DockerContainersIT {

    private final ShellPart part = new ShellPart(UUID.randomUUID().toString().substring(0, 8));
    private final DockerHosts hosts = new DockerHosts(DockerSettings.STANDARD);
    private final Path directory;

    DockerContainersIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeEach
    void needsADaemonThatHasTheImage() {
        Needed.image(ShellPart.IMAGE);
    }

    @AfterEach
    void disconnect() {
        hosts.close();
    }

    @Test
    void overTlsTheSameIsSeenAndDone() {
        onTheSameDaemon(tls(certificates()));
    }

    @Test
    void throughSshTheSameIsSeenAndDone() {
        onTheSameDaemon(new DockerSettings.Host(URI.create("ssh://localhost"), Optional.empty(), "127.0.0.1"));
    }

    @Test
    void aDaemonWithTlsTurnsAwayWhoeverShowsNoCertificate() {
        DockerSettings.Host plain = new DockerSettings.Host(tls(certificates()).url(), Optional.empty(), "127.0.0.1");
        try (DockerHosts other = hosts(plain)) {
            assertThatExceptionOfType(ProvisionException.class)
                    .isThrownBy(() -> other.client("other"))
                    .withMessageContaining("Client sent an HTTP request to an HTTPS server");
        }
    }

    @Test
    void aDaemonOfAnUnknownAuthorityIsNotTrusted(@TempDir Path mine) throws IOException {
        Path certificates = certificates();
        Files.copy(certificates.resolve("cert.pem"), mine.resolve("cert.pem"));
        Files.copy(certificates.resolve("key.pem"), mine.resolve("key.pem"));
        Files.copy(certificates.resolve("cert.pem"), mine.resolve("ca.pem"));
        DockerSettings.Host host = new DockerSettings.Host(tls(certificates).url(), Optional.of(mine), "127.0.0.1");
        try (DockerHosts other = hosts(host)) {
            assertThatExceptionOfType(ProvisionException.class)
                    .isThrownBy(() -> other.client("other"))
                    .withMessageContaining("unable to find valid certification path");
        }
    }

    private void onTheSameDaemon(DockerSettings.Host way) {
        try (DockerHosts other = hosts(way)) {
            Needed.use("a daemon that answers at " + way.url(), () -> other.client("other"));
            try (RunningContainer container = start(other.client("other"), AT_WORK)) {
                await().atMost(SOON).until(() -> container.logText().contains("at work"));

                assertThat(container.outage()).isEmpty();
                assertThat(left()).hasSize(1);
            }
            assertThat(left()).isEmpty();
        }
    }

    /** Where {@code .ci/docker/daemons up} leaves them: beside the socket. */
    private static Path certificates() {
        Path socket = Path.of(URI.create(System.getenv().getOrDefault("DOCKER_HOST", "unix:///"))
                .getPath());
        Path certificates = socket.resolveSibling("tls");
        Needed.use("a daemon of .ci/docker/daemons up, which also answers over TLS", () -> {
            if (Daemon.missing(certificates).isPresent()) {
                throw new IllegalStateException("no certificates in " + certificates);
            }
        });
        return certificates;
    }

    private static DockerSettings.Host tls(Path certificates) {
        try {
            URI url = URI.create(Files.readString(certificates.resolve("url")).strip());
            return new DockerSettings.Host(url, Optional.of(certificates), "127.0.0.1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DockerHosts hosts(DockerSettings.Host other) {
        return new DockerHosts(Named.host("other", other));
    }

    @Test
    void aContainerThatEndsIsNamedWithItsLogsReasonAndNothingIsLeftOfIt() {
        try (RunningContainer container = start("echo 'ValueError: no such model' >&2; exit 3")) {
            await().atMost(SOON).until(() -> container.outage().isPresent());

            assertThatExceptionOfType(ProvisionException.class)
                    .isThrownBy(container::requireRunning)
                    .withMessage("part ended with status 3: ValueError: no such model\n(log: " + container.log() + ")");
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void aContainerThatRunsIsNoOutageAndItsLogIsThere() {
        try (RunningContainer container = start(AT_WORK)) {
            await().atMost(SOON).until(() -> container.logText().contains("at work"));

            assertThat(container.outage()).isEmpty();
            assertThat(left()).hasSize(1);
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void aContainerThatIsKilledOnPurposeIsNoOutage() {
        try (RunningContainer container = start(AT_WORK)) {
            await().atMost(SOON).until(() -> container.logText().contains("at work"));

            container.kill();

            await().atMost(SOON).until(() -> !runs());
            assertThat(container.outage()).isEmpty();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void aPausedContainerStandsStillUntilItIsResumedAndEndsAlsoWhilePaused() {
        try (RunningContainer container = start("trap 'exit 0' TERM; while true; do echo tick; sleep 0.1; done")) {
            await().atMost(SOON).until(() -> container.logText().contains("tick"));

            container.pause();
            await().atMost(SOON).during(Duration.ofSeconds(1)).until(() -> standsStill(container));
            assertThat(container.outage()).isEmpty();

            int paused = container.logText().length();
            container.resume();
            await().atMost(SOON).until(() -> container.logText().length() > paused);

            container.pause();
        }
        assertThat(left()).isEmpty();
    }

    private int seen;

    private boolean standsStill(RunningContainer container) {
        int before = seen;
        seen = container.logText().length();
        return seen == before;
    }

    private boolean runs() {
        return left().stream().anyMatch(container -> "running".equals(container.getState()));
    }

    @Test
    void theNextStartRemovesWhatADeadJvmLeftAndNothingElse() {
        Map<String, String> dead = new HashMap<>(Labels.own());
        dead.put(Labels.STARTED, "1");
        String name = "vllm-junit-dead-" + part.ending();
        client().createContainerCmd(ShellPart.IMAGE)
                .withName(name)
                .withLabels(dead)
                .withCmd("sleep", "600")
                .exec();
        try (RunningContainer container = start(AT_WORK)) {
            assertThat(Labels.sweep(client())).contains("/" + name);

            assertThat(container.outage()).isEmpty();
            assertThat(left()).hasSize(1);
        }
    }

    private RunningContainer start(String script) {
        return start(client(), script);
    }

    private RunningContainer start(DockerClient client, String script) {
        return part.start(client, script, directory.resolve("part.log"));
    }

    private List<Container> left() {
        return part.left(client());
    }

    private DockerClient client() {
        return hosts.client("127.0.0.1");
    }
}
