package dev.vllmjunit.provision.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.S3CacheSpec.Writer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the local stack declines before it starts anything. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "the local stack is for Linux on amd64")
class LocalProvisionerTest {

    private final LocalProvisioner provisioner = new LocalProvisioner();
    private final Path directory;

    LocalProvisionerTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void takesItsOwnProfile() {
        assertThat(provisioner.examine(request("local", Map.of()))).isEqualTo(Suitability.able());
    }

    @Test
    void declinesAModelThatNeedsMoreThanThisMachine() {
        assertDeclined(
                request("nixl-s3", Map.of()),
                "prefill-0 has tensorParallelism 8 and serves meta-llama/Llama-3.1-70B, but a local node is one CPU process;"
                        + " leave vllm.profile out or set -Dvllm.profile=local, and leave tensorParallelism out of the"
                        + " annotations");
    }

    @Test
    void declinesTheOtherWriter() {
        assertDeclined(
                Requests.request("local", Map.of(), Optional.of(Writer.OBJ), directory),
                "s3Cache.writer is OBJ, but stock vLLM refuses its own tiering on a CPU; write LMCACHE");
    }

    @Test
    void declinesDirectoriesThatHoldSomethingElse() {
        assertDeclined(
                request("local", Map.of("vllm.local.home", directory.toString())),
                "vllm.local.home is " + directory + ", which has no bin/python; name a Python virtual environment");
        assertDeclined(
                request("local", Map.of("vllm.local.model", directory.toString())),
                "vllm.local.model is " + directory
                        + ", which holds no config.json; name a model directory as Hugging Face lays it out");
    }

    private ProvisionRequest request(String profile, Map<String, String> settings) {
        return Requests.request(profile, settings, Optional.empty(), directory);
    }

    private void assertDeclined(ProvisionRequest request, String reason) {
        assertThat(provisioner.examine(request)).isEqualTo(Suitability.declined(reason));
        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioner.start(request))
                .withMessage("the local stack cannot run this topology: " + reason);
    }
}
