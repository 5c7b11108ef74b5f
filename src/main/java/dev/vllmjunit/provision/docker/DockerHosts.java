package dev.vllmjunit.provision.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.topology.DockerSettings;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** One client per docker host, made when it is first used. Thread-safe. */
final class DockerHosts implements AutoCloseable {

    private final DockerSettings settings;
    private final Map<String, DockerClient> clients = new ConcurrentHashMap<>();

    DockerHosts(DockerSettings settings) {
        this.settings = settings;
    }

    /**
     * The client of a host; the daemon that docker itself would use, if the profile does not name it.
     *
     * @throws ProvisionException if the daemon does not answer
     */
    DockerClient client(String host) {
        return clients.computeIfAbsent(host, this::connect);
    }

    private DockerClient connect(String host) {
        Optional<DockerSettings.Host> named =
                Optional.ofNullable(settings.hosts().get(host));
        DefaultDockerClientConfig.Builder builder = DefaultDockerClientConfig.createDefaultConfigBuilder();
        named.ifPresent(known -> {
            builder.withDockerHost(known.url().toString())
                    .withDockerTlsVerify(known.tls().isPresent());
            known.tls().ifPresent(directory -> builder.withDockerCertPath(directory.toString()));
        });
        DefaultDockerClientConfig config = builder.build();
        DockerClient client = DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .sslConfig(config.getSSLConfig())
                        .maxConnections(64)
                        .build());
        return answering(host, config, client);
    }

    private static DockerClient answering(String host, DefaultDockerClientConfig config, DockerClient client) {
        try {
            client.pingCmd().exec();
            return client;
        } catch (RuntimeException e) {
            throw new ProvisionException(
                    "no docker daemon answers for host " + host + " at " + config.getDockerHost() + ": "
                            + e.getMessage() + "; start it, set DOCKER_HOST, or correct docker.hosts in the profile",
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        for (DockerClient client : clients.values()) {
            client.close();
        }
    }
}
