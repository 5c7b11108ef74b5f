package dev.vllmjunit.provision.docker;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.TopologyMerge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Of profiles that a test writes. */
final class Requests {

    private Requests() {}

    /** For what one of the guide's profiles declares, with more YAML. */
    static ProvisionRequest of(Path directory, String base, String more) throws IOException {
        for (String name : List.of("nixl-only.yaml", "nixl-s3.yaml")) {
            Files.copy(Path.of("profiles", name), directory.resolve(name));
        }
        Files.writeString(directory.resolve("mine.yaml"), "extends: " + base + "\n" + more);
        Profile profile = new ProfileLoader(directory).load("mine");
        return new ProvisionRequest(TopologyMerge.of(profile), profile, directory, Duration.ofSeconds(1));
    }
}
