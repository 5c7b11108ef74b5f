package dev.vllmjunit.provision.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import dev.vllmjunit.OtherJvm;
import dev.vllmjunit.docker.Needed;
import dev.vllmjunit.topology.DockerSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a JVM that was killed leaves on the daemon that DOCKER_HOST names. Skipped where Testcontainers' Ryuk cannot run, as on those of
 * {@code .ci/docker/daemons}: nothing pulls its image, and it needs a bridge.
 */
@Tag("docker")
class RyukIT {

    private static final String WATCHED = "watched";
    /** Ryuk waits for ten seconds whether somebody comes back. */
    private static final Duration SOON = Duration.ofSeconds(60);

    private final ShellPart part = new ShellPart("ryuk-" + UUID.randomUUID());

    @Test
    void theContainersOfAKilledJvmAreRemovedBeforeTheNextStart(@TempDir Path directory) throws IOException {
        Needed.image(ShellPart.IMAGE);
        try (DockerHosts hosts = new DockerHosts(DockerSettings.STANDARD)) {
            DockerClient client = hosts.client("127.0.0.1");
            Ryuk.absent(client).ifPresent(RyukIT::skip);
            Process jvm = OtherJvm.of(Starter.class, List.of("-Xmx256m"), part.ending(), directory.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader said = jvm.inputReader(UTF_8)) {
                String answer = said.readLine();
                if (!WATCHED.equals(answer)) {
                    skip(answer);
                }
                assertThat(part.left(client)).hasSize(1);

                jvm.destroyForcibly();

                await().atMost(SOON).until(() -> part.left(client).isEmpty());
            } finally {
                jvm.destroyForcibly();
                part.left(client).forEach(left -> remove(client, left));
            }
        }
    }

    private static void skip(String why) {
        Assumptions.abort("needs Testcontainers' Ryuk: " + why);
    }

    private static void remove(DockerClient client, Container left) {
        client.removeContainerCmd(left.getId()).withForce(true).exec();
    }

    /** Main class of the JVM that is killed: says {@value #WATCHED} when its container runs, or why Ryuk does not watch it. */
    static final class Starter {

        private Starter() {}

        public static void main(String[] arguments) throws IOException {
            try (DockerHosts hosts = new DockerHosts(DockerSettings.STANDARD)) {
                DockerClient client = hosts.client("127.0.0.1");
                String answer = Ryuk.watch(client, System.getenv()).orElse(WATCHED);
                Path log = Path.of(arguments[1], "part.log");
                try (RunningContainer container = new ShellPart(arguments[0]).start(client, ShellPart.AT_WORK, log)) {
                    container.requireRunning();
                    System.out.println(answer);
                    System.in.read();
                }
            }
        }
    }
}
