package dev.vllmjunit.preflight;

import com.github.dockerjava.api.DockerClient;
import dev.vllmjunit.docker.Connection;
import dev.vllmjunit.docker.Daemon;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * A docker host: its daemon, and a shell in a container that is made when it is first used and removed at the end.
 *
 * @param name as the profile calls it
 * @param url of its daemon
 * @param connection asks the daemon
 * @param shell runs scripts there
 * @param host it, as the checks see it
 */
record DockerHost(String name, URI url, Connection connection, ContainerShell shell, Host host)
        implements AutoCloseable {

    private static final Duration CONNECTION = Duration.ofSeconds(4);
    private static final Duration ANSWER = Duration.ofSeconds(9);

    /** Where the host's own files are in the container. */
    private static final String ROOT = "/host";

    /** The host that a node is to run on; asks nothing yet of a daemon that the profile names. */
    static DockerHost of(NodeSpec node, DockerSettings settings) {
        Daemon daemon = Daemon.of(settings, node.host());
        Connection connection = daemon.open(CONNECTION, Optional.of(ANSWER));
        ContainerShell shell = new ContainerShell(node.host(), connection.client(), node.image(), ROOT);
        Host host = new Host(node.host(), settings.address(node.host()), shell, ROOT);
        return new DockerHost(node.host(), daemon.url(), connection, shell, host);
    }

    DockerClient client() {
        return connection.client();
    }

    @Override
    public void close() {
        shell.close();
        connection.close();
    }
}
