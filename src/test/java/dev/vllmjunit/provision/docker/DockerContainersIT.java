package dev.vllmjunit.provision.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.topology.DockerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the daemon that DOCKER_HOST names. {@code -Dvllm.docker.required=true} makes a missing one a failure. */
class DockerContainersIT {

    private static final String IMAGE = "vllm-junit/ceph:16";
    private static final Duration SOON = Duration.ofSeconds(20);

    private final String ending = UUID.randomUUID().toString().substring(0, 8);
    private final Containers containers = new Containers(DockerSettings.Pull.NEVER, SOON, line -> {}, ending);
    private final DockerHosts hosts = new DockerHosts(DockerSettings.STANDARD);
    private final Path directory;

    DockerContainersIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeEach
    void needsADaemonThatHasTheImage() {
        try {
            client().inspectImageCmd(IMAGE).exec();
        } catch (RuntimeException e) {
            if (Boolean.getBoolean("vllm.docker.required")) {
                throw e;
            }
            Assumptions.abort(
                    "needs a docker daemon with " + IMAGE + " (.ci/docker/build-image ceph): " + e.getMessage());
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        hosts.close();
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
        try (RunningContainer container = start("echo at work; exec sleep 600")) {
            await().atMost(SOON).until(() -> container.logText().contains("at work"));

            assertThat(container.outage()).isEmpty();
            assertThat(left()).hasSize(1);
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void theNextStartRemovesWhatADeadJvmLeftAndNothingElse() {
        Map<String, String> dead = new HashMap<>(Labels.own());
        dead.put(Labels.STARTED, "1");
        String name = "vllm-junit-dead-" + ending;
        client().createContainerCmd(IMAGE)
                .withName(name)
                .withLabels(dead)
                .withCmd("sleep", "600")
                .exec();
        try (RunningContainer container = start("exec sleep 600")) {
            assertThat(Labels.sweep(client())).contains("/" + name);

            assertThat(container.outage()).isEmpty();
            assertThat(left()).hasSize(1);
        }
    }

    private RunningContainer start(String script) {
        return containers.start(
                client(),
                new ContainerSpec(
                        "part",
                        "127.0.0.1",
                        IMAGE,
                        List.of("sh", "-c", script),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        List.of(),
                        DeviceFlags.NONE,
                        Ipc.own("64m"),
                        Optional.empty()),
                directory.resolve("part.log"));
    }

    private List<Container> left() {
        return client().listContainersCmd()
                .withShowAll(true)
                .withNameFilter(List.of(ending))
                .exec();
    }

    private DockerClient client() {
        return hosts.client("127.0.0.1");
    }
}
