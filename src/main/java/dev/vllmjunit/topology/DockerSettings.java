package dev.vllmjunit.topology;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The docker stack's settings. Immutable; holds no credentials.
 *
 * @param pull when images are pulled
 * @param shmSize size of {@code /dev/shm} in each container, as {@code docker run} takes it; does not matter where they share one
 * @param volumes {@code HOST-PATH:CONTAINER-PATH[:ro]} of each node, for instance of the Hugging Face cache
 * @param model what {@code vllm serve} is told: a path in the container or an id; empty for the model's id
 * @param cacheServer where the LMCache server comes from; empty for the first prefill node's image and host
 * @param store an object store that is started as a container; empty for none
 * @param hosts the docker hosts that nodes' {@code host} names
 */
public record DockerSettings(
        Pull pull,
        String shmSize,
        List<String> volumes,
        Optional<String> model,
        Optional<Service> cacheServer,
        Optional<Service> store,
        Map<String, Host> hosts) {

    /** The guide's containers on the daemon that is found. */
    public static final DockerSettings STANDARD = new DockerSettings(
            Pull.MISSING, "16g", List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Map.of());

    private static final List<String> HERE = List.of("127.0.0.1", "localhost");

    /** Copies the collections. */
    public DockerSettings {
        volumes = List.copyOf(volumes);
        hosts = Map.copyOf(hosts);
    }

    /** Under which address a node's {@code host} is reached. */
    public String address(String host) {
        return Optional.ofNullable(hosts.get(host)).map(Host::address).orElse(host);
    }

    /** Whether what runs on a node's {@code host} and this JVM have one loopback interface: containers have their host's network. */
    public boolean isHere(String host) {
        return HERE.contains(address(host));
    }

    /** When an image is pulled. */
    public enum Pull {
        /** Never: one that is not there ends the start. */
        NEVER,
        /** If it is not there. */
        MISSING,
        /** Before each start. */
        ALWAYS
    }

    /**
     * A part that is no node.
     *
     * @param image its image; empty for the first prefill node's
     * @param host name of its docker host; empty for the first prefill node's
     */
    public record Service(Optional<String> image, Optional<String> host) {}

    /**
     * A machine with a docker daemon.
     *
     * @param url {@code unix:///run/docker.sock}, {@code tcp://HOST:2376} or {@code ssh://USER@HOST}
     * @param tls directory with {@code ca.pem}, {@code cert.pem} and {@code key.pem}; only for {@code tcp}; empty for none
     * @param address under which the other hosts and the driver reach what listens there
     */
    public record Host(URI url, Optional<Path> tls, String address) {}
}
