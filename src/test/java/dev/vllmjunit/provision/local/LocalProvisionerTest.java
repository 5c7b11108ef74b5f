package dev.vllmjunit.provision.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.S3CacheSpec.Writer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    void takesVllmsOwnTieringWhereTheEnvironmentWillBeBuilt() {
        assertThat(provisioner.examine(obj(Map.of()))).isEqualTo(Suitability.able());
    }

    @Test
    void takesVllmsOwnTieringWhereThePluginIsInstalled() throws IOException {
        Path plugins = Files.createDirectories(environment().resolve(".nixl_cu12.mesonpy.libs/plugins"));
        Files.createFile(plugins.resolve("libplugin_OBJ.so"));

        assertThat(provisioner.examine(obj(Map.of("vllm.local.home", directory.toString()))))
                .isEqualTo(Suitability.able());
    }

    @Test
    void declinesVllmsOwnTieringWithoutThePlugin() throws IOException {
        Files.createDirectories(environment().resolve(".nixl_cu12.mesonpy.libs/plugins"));

        assertDeclined(
                obj(Map.of("vllm.local.home", directory.toString())),
                "s3Cache.writer is OBJ, but vllm.local.home, " + directory
                        + ", holds no NIXL with an OBJ plugin that works on any machine; install nixl-cu12 there, leave"
                        + " vllm.local.home out for an environment that is built, or write LMCACHE");
    }

    @Test
    void declinesVllmsOwnTieringWithTheBucketInTheHostName() {
        assertDeclined(
                obj(Map.of("vllm.s3.path-style", "false")),
                "s3Cache.writer is OBJ and s3Cache.pathStyle is false, but vLLM's tiering always puts the bucket into the"
                        + " path; write pathStyle: true, or writer: LMCACHE");
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

    private ProvisionRequest obj(Map<String, String> settings) {
        return Requests.request("local", settings, Optional.of(Writer.OBJ), directory);
    }

    /** Something that looks like an environment; where its packages go. */
    private Path environment() throws IOException {
        Files.createDirectories(directory.resolve("bin"));
        Files.createSymbolicLink(directory.resolve("bin/python"), Path.of("/bin/sh"));
        Path packages = Files.createDirectories(directory.resolve("lib/python3.11/site-packages"));
        for (String name : List.of("vllm-0.32.0+cpu", "nixl-1.5.1", "lmcache-0.5.6", "torch-2.13.0")) {
            Files.createDirectory(packages.resolve(name + ".dist-info"));
        }
        return packages;
    }

    private void assertDeclined(ProvisionRequest request, String reason) {
        assertThat(provisioner.examine(request)).isEqualTo(Suitability.declined(reason));
        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioner.start(request))
                .withMessage("the local stack cannot run this topology: " + reason);
    }
}
