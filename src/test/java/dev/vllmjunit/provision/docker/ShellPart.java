package dev.vllmjunit.provision.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import dev.vllmjunit.topology.DockerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A container that runs a shell script.
 *
 * @param ending of its name, which nothing else has
 */
record ShellPart(String ending) {

    static final String IMAGE = "vllm-junit/ceph:16";
    static final String AT_WORK = "trap 'exit 0' TERM; echo at work; sleep 600 & wait";
    static final Duration SOON = Duration.ofSeconds(20);

    RunningContainer start(DockerClient client, String script, Path log) {
        Containers containers = new Containers(DockerSettings.Pull.NEVER, SOON, line -> {}, ending);
        return containers.start(
                client,
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
                log);
    }

    /** It, if it is there, running or not. */
    List<Container> left(DockerClient client) {
        return client.listContainersCmd()
                .withShowAll(true)
                .withNameFilter(List.of(ending))
                .exec();
    }
}
