package dev.vllmjunit;

import dev.vllmjunit.docker.Needed;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults on purpose on real vLLM, NIXL, LMCache and Ceph in containers. */
@Tag("docker")
class DockerInjectionIT {

    private static final Map<String, String> ONE_HOST =
            Map.of("vllm.profiles.dir", ".ci/docker/profiles", "vllm.profile", "one-host");

    @Test
    void outputsStayRightAndNothingHangs(@TempDir Path reports) {
        Needed.image("vllm-junit/cpu:0.32.0");
        Needed.image("vllm-junit/ceph:16");

        Scenarios.allHold("docker", ONE_HOST, reports);
    }
}
