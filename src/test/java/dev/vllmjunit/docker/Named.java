package dev.vllmjunit.docker;

import dev.vllmjunit.topology.DockerSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of docker for tests. */
public final class Named {

    private Named() {}

    /** The standard ones, with one host that has a name. */
    public static DockerSettings host(String name, DockerSettings.Host host) {
        DockerSettings standard = DockerSettings.STANDARD;
        return new DockerSettings(
                standard.pull(),
                standard.shmSize(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(name, host));
    }
}
