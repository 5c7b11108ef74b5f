package dev.vllmjunit.provision.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.kvstore.AwsKeys;
import dev.vllmjunit.lint.CommandFile;
import dev.vllmjunit.lint.Deployment;
import dev.vllmjunit.lint.Finding;
import dev.vllmjunit.lint.Linter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines that vllm.print-commands shows. */
class DockerCommandsTest {

    private final Path directory;

    DockerCommandsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void ofTheGuidesFirstConfigurationAreCleanToTheLinter() throws IOException {
        List<String> lines = lines("nixl-only", "");

        assertThat(lines).hasSize(2);
        assertThat(nodes(lines)).isEqualTo(2);
        assertThat(findings(lines)).isEmpty();
        assertThat(lines.get(0))
                .startsWith("docker run --rm --detach --name=prefill-0 --net=host --entrypoint= --shm-size=16g"
                        + " --device=/dev/kfd --device=/dev/dri --group-add=video ")
                .contains(" vllm-prefill-mi300x:latest vllm serve ");
        assertThat(lines.get(1))
                .startsWith("docker run --rm --detach --name=decode-0 --net=host --entrypoint= --shm-size=16g"
                        + " --runtime=habana ")
                .contains(" vllm-decode-gaudi3:latest vllm serve ");
    }

    @Test
    void ofTheGuidesSecondConfigurationAreCleanToTheLinterAndHoldNoKey() throws IOException {
        AwsKeys.use("never-shown-1", "never-shown-2");

        List<String> lines = lines("nixl-s3", "s3Cache: {endpoint: 'https://s3.cephlab.com'}");

        assertThat(lines).hasSize(3);
        assertThat(nodes(lines)).isEqualTo(2);
        assertThat(findings(lines)).isEmpty();
        assertThat(String.join("\n", lines)).doesNotContain("never-shown");
        assertThat(lines.get(0))
                .contains(
                        " --ipc=shareable ",
                        " -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY ",
                        "\"$AWS_ACCESS_KEY_ID\"");
        assertThat(lines.get(1)).contains(" --ipc=container:lmcache-server ");
        assertThat(lines.get(2)).contains(" --shm-size=16g ");
    }

    @Test
    void ofAnOwnStoreNameItsImageAndNoKey() throws IOException {
        List<String> lines = lines("nixl-s3", "docker: {model: /model, store: {image: ceph}}");

        assertThat(lines.get(0))
                .startsWith("docker run --rm --detach --name=ceph --net=host ")
                .endsWith(" -e ACCESS_KEY -e SECRET_KEY ceph bash /opt/vllm-junit/scripts/ceph.sh");
    }

    @AfterEach
    void forgetKeys() {
        AwsKeys.forget();
    }

    private List<String> lines(String base, String more) throws IOException {
        return new DockerProvisioner().commands(Requests.of(directory, base, more));
    }

    private List<Finding> findings(List<String> lines) throws IOException {
        return Linter.lint(deployment(lines));
    }

    private int nodes(List<String> lines) throws IOException {
        return deployment(lines).nodes().size();
    }

    private Deployment deployment(List<String> lines) throws IOException {
        return CommandFile.read(List.of(Files.write(directory.resolve("commands.sh"), lines)));
    }
}
