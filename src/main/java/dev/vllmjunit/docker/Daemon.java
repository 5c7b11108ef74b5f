package dev.vllmjunit.docker;

import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.LocalDirectorySSLConfig;
import com.github.dockerjava.transport.SSLConfig;
import dev.vllmjunit.topology.DockerSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.TransportConfig;

/**
 * A docker daemon. Immutable.
 *
 * @param url {@code unix:}, {@code tcp:} or {@code ssh:}
 * @param tls what a {@code tcp:} one is shown, and whom to trust; empty for no TLS
 */
public record Daemon(URI url, Optional<SSLConfig> tls) {

    private static final Duration CONNECTION = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final List<String> CERTIFICATES = List.of("ca.pem", "cert.pem", "key.pem");
    private static final String SSH = "ssh";

    /**
     * The one of a host: described by the profile, or else found by Testcontainers, which asks {@code DOCKER_HOST} (with
     * {@code DOCKER_TLS_VERIFY} and {@code DOCKER_CERT_PATH}), {@code ~/.testcontainers.properties} and the sockets that docker uses.
     *
     * @throws DaemonException if what the environment says of docker makes no sense
     */
    public static Daemon of(DockerSettings settings, String host) {
        return Optional.ofNullable(settings.hosts().get(host))
                .map(Daemon::named)
                .orElseGet(Daemon::found);
    }

    private static Daemon named(DockerSettings.Host host) {
        Optional<SSLConfig> tls = host.tls().map(directory -> new LocalDirectorySSLConfig(directory.toString()));
        return new Daemon(host.url(), host.url().getScheme().equals("tcp") ? tls.or(Daemon::ofEnvironment) : tls);
    }

    /** As docker's command line, which takes {@code DOCKER_TLS_VERIFY} for every TCP daemon. */
    private static Optional<SSLConfig> ofEnvironment() {
        return Optional.ofNullable(standard().getSSLConfig());
    }

    /** The first file that TLS needs and that cannot be read: without it the transport would go on without TLS. */
    public static Optional<Path> missing(Path certificates) {
        return CERTIFICATES.stream()
                .map(certificates::resolve)
                .filter(file -> !Files.isReadable(file))
                .findFirst();
    }

    private static Daemon found() {
        DefaultDockerClientConfig standard = standard();
        if (isSsh(standard.getDockerHost())) {
            // Testcontainers passes over it, and takes the local one.
            return new Daemon(standard.getDockerHost(), Optional.empty());
        }
        try {
            TransportConfig found = DockerClientFactory.instance().getTransportConfig();
            return new Daemon(found.getDockerHost(), Optional.ofNullable(found.getSslConfig()));
        } catch (IllegalStateException none) {
            // Whoever asks docker's own choice hears why it does not answer.
            return new Daemon(standard.getDockerHost(), Optional.ofNullable(standard.getSSLConfig()));
        }
    }

    private static DefaultDockerClientConfig standard() {
        try {
            return DefaultDockerClientConfig.createDefaultConfigBuilder().build();
        } catch (RuntimeException e) {
            throw new DaemonException("the settings of docker in the environment are not usable: " + e.getMessage(), e);
        }
    }

    /**
     * A connection to a daemon that answers, for as long as it takes.
     *
     * @throws DaemonException with the reason, if it does not answer within 15 s
     */
    public Connection connect() {
        return connect(ANSWER);
    }

    Connection connect(Duration longest) {
        Connection connection = open(CONNECTION, Optional.empty());
        try {
            connection.ping(longest);
            return connection;
        } catch (DaemonException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * A connection that asks nothing yet.
     *
     * @param connection longest wait for one
     * @param answer longest wait for each answer of a {@code tcp:} one; empty for any
     */
    public Connection open(Duration connection, Optional<Duration> answer) {
        return Connection.open(this, connection, answer);
    }

    boolean isSsh() {
        return isSsh(url);
    }

    private static boolean isSsh(URI url) {
        return SSH.equals(url.getScheme());
    }

    /** Whether it is on a machine of its own, so that what its containers listen on is not here. */
    public boolean isElsewhere() {
        String host = url.getHost();
        return host != null && !List.of("127.0.0.1", "localhost", "[::1]").contains(host);
    }

    /** Its URL. */
    @Override
    public String toString() {
        return url.toString();
    }
}
