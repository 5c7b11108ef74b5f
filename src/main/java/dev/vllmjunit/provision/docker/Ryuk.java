package dev.vllmjunit.provision.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.vllmjunit.docker.DaemonException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.ImageNameSubstitutor;
import org.testcontainers.utility.ResourceReaper;

/**
 * Testcontainers' reaper on the daemon that Testcontainers found: a container that removes this JVM's containers when its connection
 * to this JVM breaks. Never pulled here: what takes its place where it cannot run is {@link Labels#sweep}. Thread-safe.
 */
final class Ryuk {

    /** As this version of Testcontainers asks for it. */
    static final String IMAGE = "testcontainers/ryuk:0.14.0";

    static final String SWITCH = "TESTCONTAINERS_RYUK_DISABLED";

    /** It is started once per JVM, or not at all. */
    private static @Nullable Optional<String> obstacle;

    private Ryuk() {}

    /** Has it remove this JVM's containers, from the first call on; why it cannot, otherwise. */
    static synchronized Optional<String> watch(DockerClient client, Map<String, String> environment) {
        Optional<String> known = obstacle;
        if (known == null) {
            known = disabled(environment).or(() -> absent(client)).or(Ryuk::start);
            obstacle = known;
        }
        return known;
    }

    static Optional<String> disabled(Map<String, String> environment) {
        return Boolean.parseBoolean(environment.get(SWITCH)) ? Optional.of(SWITCH + " is set") : Optional.empty();
    }

    static Optional<String> absent(DockerClient client) {
        String image = ImageNameSubstitutor.instance()
                .apply(DockerImageName.parse(IMAGE))
                .asCanonicalNameString();
        try {
            client.inspectImageCmd(image).exec();
            return Optional.empty();
        } catch (NotFoundException e) {
            return Optional.of("its image is not there; docker pull " + image + " brings it");
        }
    }

    private static Optional<String> start() {
        try {
            ResourceReaper.instance().registerLabelsFilterForCleanup(Labels.session());
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of("it does not start: " + DaemonException.said(e));
        }
    }
}
