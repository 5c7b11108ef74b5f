package dev.vllmjunit.docker;

import dev.vllmjunit.topology.DockerSettings;
import org.junit.jupiter.api.Assumptions;

/** What tests in containers need. {@code -Ddocker.required=true} makes it a failure that it is missing. */
public final class Needed {

    private static final String HOST = "127.0.0.1";

    private Needed() {}

    /** On the daemon that is found; {@code .ci/docker/build-image} makes it. */
    public static void image(String name) {
        use("a docker daemon with " + name + " (.ci/docker/build-image)", () -> {
            try (Connection connection =
                    Daemon.of(DockerSettings.STANDARD, HOST).connect()) {
                connection.client().inspectImageCmd(name).exec();
            }
        });
    }

    /** Skips the test if it throws. */
    public static void use(String what, Runnable use) {
        try {
            use.run();
        } catch (RuntimeException e) {
            if (Boolean.getBoolean("docker.required")) {
                throw e;
            }
            Assumptions.abort("needs " + what + ": " + e.getMessage());
        }
    }
}
