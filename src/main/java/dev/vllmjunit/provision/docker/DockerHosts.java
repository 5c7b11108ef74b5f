package dev.vllmjunit.provision.docker;

import com.github.dockerjava.api.DockerClient;
import dev.vllmjunit.docker.Connection;
import dev.vllmjunit.docker.Daemon;
import dev.vllmjunit.docker.DaemonException;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.topology.DockerSettings;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One client per docker host, made when it is first used. Thread-safe. */
final class DockerHosts implements AutoCloseable {

    private final DockerSettings settings;
    private final Map<String, Connection> connections = new ConcurrentHashMap<>();

    DockerHosts(DockerSettings settings) {
        this.settings = settings;
    }

    /**
     * The client of a host; of the daemon that Testcontainers finds, if the profile does not name one.
     *
     * @throws ProvisionException if the daemon does not answer
     */
    DockerClient client(String host) {
        return connections.computeIfAbsent(host, this::connect).client();
    }

    /** Whether Testcontainers found the daemon, so that its own reaper may watch there. */
    boolean isFound(String host) {
        return !settings.hosts().containsKey(host);
    }

    private Connection connect(String host) {
        Daemon daemon = daemon(host);
        if (isFound(host) && daemon.isElsewhere()) {
            throw new ProvisionException("the docker daemon that was found is at " + daemon
                    + ", but the profile has nodes on " + host + "; name it: docker: {hosts: {NAME: {url: '" + daemon
                    + "'}}}, and NAME as the nodes' host");
        }
        try {
            return daemon.connect();
        } catch (DaemonException e) {
            throw new ProvisionException(
                    "no docker daemon answers for host " + host + " at " + daemon + ": " + e.getMessage()
                            + "; start it, set DOCKER_HOST, or correct docker.hosts in the profile",
                    e);
        }
    }

    private Daemon daemon(String host) {
        try {
            return Daemon.of(settings, host);
        } catch (DaemonException e) {
            throw new ProvisionException(
                    "the docker daemon of host " + host + " cannot be asked: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        connections.values().forEach(Connection::close);
    }
}
