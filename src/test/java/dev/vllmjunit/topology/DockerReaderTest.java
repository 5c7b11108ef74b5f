package dev.vllmjunit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerReaderTest {

    private static final String MODEL =
            "model: {id: tiny, parameters: 5_000_000, layers: 4, hiddenSize: 256, kvHeads: 2, headDim: 64}\n";

    private final Path directory;

    DockerReaderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void withoutTheSectionTheDaemonIsTheOneThatIsFound() throws IOException {
        assertThat(load("")).isEqualTo(DockerSettings.STANDARD);
    }

    @Test
    void readsEveryKey() throws IOException {
        DockerSettings docker = load(
                """
                docker:
                  pull: never
                  shmSize: 32g
                  volumes: ['~/.cache/huggingface:/root/.cache/huggingface', '/models:/models:ro']
                  model: /models/tiny
                  cacheServer: {image: 'lmcache:1', host: mi300x}
                  store: {image: 'ceph:16'}
                  hosts:
                    mi300x: {url: 'tcp://10.0.0.1:2376', tls: certs}
                    gaudi3: {url: 'ssh://lab@gaudi3.lab'}
                    ceph: {url: 'unix:///run/docker.sock', address: 10.0.0.3}
                """);

        assertThat(docker)
                .isEqualTo(new DockerSettings(
                        DockerSettings.Pull.NEVER,
                        "32g",
                        List.of("~/.cache/huggingface:/root/.cache/huggingface", "/models:/models:ro"),
                        Optional.of("/models/tiny"),
                        Optional.of(new DockerSettings.Service(Optional.of("lmcache:1"), Optional.of("mi300x"))),
                        Optional.of(new DockerSettings.Service(Optional.of("ceph:16"), Optional.empty())),
                        Map.of(
                                "mi300x",
                                new DockerSettings.Host(
                                        URI.create("tcp://10.0.0.1:2376"), Optional.of(Path.of("certs")), "10.0.0.1"),
                                "gaudi3",
                                new DockerSettings.Host(
                                        URI.create("ssh://lab@gaudi3.lab"), Optional.empty(), "gaudi3.lab"),
                                "ceph",
                                new DockerSettings.Host(
                                        URI.create("unix:///run/docker.sock"), Optional.empty(), "10.0.0.3"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {pul: never} | mine.yaml:2:10: unknown key docker.pul; did you mean pull? Known keys: pull, shmSize, volumes, model, cacheServer, store, hosts
                    {shmSize: 16} | mine.yaml:2:19: docker.shmSize is "16"; write a size with its unit (k, m or g), for instance 16g
                    {volumes: [cache]} | mine.yaml:2:20: docker.volumes is "cache"; write HOST-PATH:CONTAINER-PATH, both absolute or the first with ~, with :ro behind them if one likes
                    {hosts: {a: {address: b}}} | mine.yaml:2:21: docker.hosts.a.url is missing; write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST
                    {hosts: {a: {url: 'http://b:2375'}}} | mine.yaml:2:27: docker.hosts.a.url is "http://b:2375"; write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST
                    {hosts: {a: {url: 'ssh://b', tls: c}}} | mine.yaml:2:21: docker.hosts.a has tls with ssh://b; tls goes with tcp://HOST:PORT, leave it out
                    {hosts: {a: {url: 'unix:///b'}}} | mine.yaml:2:21: docker.hosts.a has no address; write the one under which the other hosts and this machine reach it
                    """)
    void saysWhatIsWrong(String section, String message) {
        assertThatExceptionOfType(ProfileException.class)
                .isThrownBy(() -> load("docker: " + section + "\n"))
                .withMessage("%s/%s", directory, message);
    }

    private DockerSettings load(String section) throws IOException {
        Files.writeString(directory.resolve("mine.yaml"), MODEL + section);
        return new ProfileLoader(directory).load("mine").docker();
    }
}
