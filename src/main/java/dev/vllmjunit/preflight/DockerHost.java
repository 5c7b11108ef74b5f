package dev.vllmjunit.preflight;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * A docker host: its daemon, and a shell in a container that is made when it is first used and removed at the end.
 *
 * @param name as the profile calls it
 * @param url of its daemon
 * @param client asks the daemon
 * @param shell runs scripts there
 * @param host it, as the checks see it
 */
record DockerHost(String name, URI url, DockerClient client, ContainerShell shell, Host host) implements AutoCloseable {

    private static final Duration CONNECTION = Duration.ofSeconds(4);
    private static final Duration ANSWER = Duration.ofSeconds(9);

    /** Where the host's own files are in the container. */
    private static final String ROOT = "/host";

    /** The host that a node is to run on; opens no connection. */
    static DockerHost of(NodeSpec node, DockerSettings settings) {
        DockerSettings.Host described = Optional.ofNullable(settings.hosts().get(node.host()))
                .orElseGet(() -> new DockerSettings.Host(standardUrl(), Optional.empty(), node.host()));
        DefaultDockerClientConfig.Builder config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(described.url().toString())
                .withDockerTlsVerify(described.tls().isPresent());
        described.tls().ifPresent(directory -> config.withDockerCertPath(directory.toString()));
        DockerClient client = client(config.build());
        ContainerShell shell = new ContainerShell(node.host(), client, node.image(), ROOT);
        return new DockerHost(
                node.host(), described.url(), client, shell, new Host(node.host(), described.address(), shell, ROOT));
    }

    private static URI standardUrl() {
        return DefaultDockerClientConfig.createDefaultConfigBuilder().build().getDockerHost();
    }

    private static DockerClient client(DefaultDockerClientConfig config) {
        return DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .sslConfig(config.getSSLConfig())
                        .connectionTimeout(CONNECTION)
                        .responseTimeout(ANSWER)
                        .build());
    }

    @Override
    public void close() {
        shell.close();
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the connection to " + url + " cannot be closed", e);
        }
    }
}
