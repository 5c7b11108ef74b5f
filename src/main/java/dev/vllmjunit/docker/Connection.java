package dev.vllmjunit.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A client of a daemon. Thread-safe. */
public final class Connection implements AutoCloseable {

    /** Logs of containers keep one each. */
    private static final int AT_ONCE = 64;

    private final DockerClient client;
    private final Optional<SshBridge> bridge;

    private Connection(DockerClient client, Optional<SshBridge> bridge) {
        this.client = client;
        this.bridge = bridge;
    }

    static Connection open(Daemon daemon, Duration connection, Optional<Duration> answer) {
        return daemon.isSsh()
                ? through(SshBridge.open(SshBridge.command(daemon.url())), connection, answer)
                : open(daemon, Optional.empty(), connection, answer);
    }

    static Connection through(SshBridge bridge, Duration connection, Optional<Duration> answer) {
        return open(new Daemon(bridge.url(), Optional.empty()), Optional.of(bridge), connection, answer);
    }

    private static Connection open(
            Daemon daemon, Optional<SshBridge> bridge, Duration connection, Optional<Duration> answer) {
        ZerodepDockerHttpClient.Builder transport = new ZerodepDockerHttpClient.Builder()
                .dockerHost(daemon.url())
                .connectionTimeout(connection)
                // None: unsaid, over TLS that of the connection would hold for each answer, and end a log that is
                // silent for as long.
                .responseTimeout(answer.orElse(Duration.ZERO))
                .maxConnections(AT_ONCE);
        daemon.tls().ifPresent(transport::sslConfig);
        // Of the environment only what concerns registries and the API's version, which is the daemon's own where none
        // is named.
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(daemon.toString())
                .withDockerTlsVerify(false)
                .build();
        return new Connection(DockerClientImpl.getInstance(config, transport.build()), bridge);
    }

    /** Asks the daemon. */
    public DockerClient client() {
        return client;
    }

    /** Asks for an answer; on a local socket the transport knows no timeout. */
    void ping(Duration longest) {
        FutureTask<?> asked = new FutureTask<>(() -> client.pingCmd().exec());
        SshConnection.daemonThread(asked, "docker-ping");
        try {
            asked.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new DaemonException(why(e), e);
        } catch (TimeoutException e) {
            throw new DaemonException("no answer within " + longest.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DaemonException("interrupted while it was asked", e);
        }
    }

    /** Why a question failed: in ssh's words, if it has any. */
    public String why(Exception failure) {
        return bridge.flatMap(SshBridge::lastWords).orElseGet(() -> DaemonException.said(failure));
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the connection to a docker daemon cannot be closed", e);
        } finally {
            bridge.ifPresent(SshBridge::close);
        }
    }
}
