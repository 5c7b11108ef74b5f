package dev.vllmjunit.provision.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerLimitsTest {

    private final Path directory;

    DockerLimitsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void aPrefillAndADecodeNodeWithImagesCanRun() throws IOException {
        assertThat(shortage("nixl-only", "")).isEmpty();
    }

    @Test
    void aHostThatNobodyDescribed() throws IOException {
        assertThat(shortage("nixl-only", "prefill: {host: mi300x}"))
                .contains(
                        "prefill.host is mi300x, which docker.hosts of the profile does not name; add docker: {hosts: {mi300x:"
                                + " {url: 'ssh://USER@mi300x'}}}, or 'tcp://mi300x:2376' with tls: DIRECTORY");
    }

    @Test
    void aHostWhoseCertificatesAreNotThere() throws IOException {
        assertThat(
                        shortage(
                                "nixl-only",
                                "prefill: {host: mi300x}\ndocker: {hosts: {mi300x: {url: 'tcp://mi300x:2376', tls: /no/where}}}"))
                .contains(
                        "docker.hosts.mi300x.tls has no /no/where/ca.pem; TLS needs ca.pem, cert.pem and key.pem there,"
                                + " readable by this user");
    }

    @Test
    void aHostThroughSsh() throws IOException {
        assertThat(shortage(
                        "nixl-only", "prefill: {host: mi300x}\ndocker: {hosts: {mi300x: {url: 'ssh://lab@mi300x'}}}"))
                .isEmpty();
    }

    @Test
    void noStoreThatContainersReach() throws IOException {
        assertThat(shortage("nixl-s3", ""))
                .contains("s3Cache has no endpoint that containers reach; set -Dvllm.s3.endpoint=URL, or write"
                        + " s3Cache.endpoint or docker.store.image in the profile");
    }

    @Test
    void anOwnStoreWhoseBucketWouldHaveToBeInTheHostName() throws IOException {
        assertThat(shortage("nixl-s3", "docker: {store: {image: ceph}}"))
                .contains(
                        "LMCache reaches docker.store only where the bucket is in the path; write s3Cache.pathStyle: true and"
                                + " docker.model: /PATH/OF/THE/MODEL/IN/THE/IMAGE, or s3Cache.endpoint");
    }

    @Test
    void aCacheServerThatCannotShareMemoryWithItsNodes() throws IOException {
        String hosts = "{b: {url: 'tcp://b:2376'}}";
        String store = "{model: /model, store: {image: ceph}, cacheServer: {host: b}, hosts: " + hosts + "}";

        assertThat(shortage("nixl-s3", "docker: " + store))
                .contains(
                        "LMCache's server shares memory with all prefill nodes, which are on [127.0.0.1, b]; put them and"
                                + " docker.cacheServer on one host, or write s3Cache.writer: OBJ");
    }

    private Optional<String> shortage(String base, String more) throws IOException {
        return DockerLimits.shortage(Requests.of(directory, base, more));
    }
}
