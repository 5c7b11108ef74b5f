package dev.vllmjunit.topology;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the section {@code docker} of a profile. */
final class DockerReader {

    private static final List<String> KEYS =
            List.of("pull", "shmSize", "volumes", "model", "cacheServer", "store", "hosts");
    private static final List<String> SERVICE_KEYS = List.of("image", "host");
    private static final List<String> HOST_KEYS = List.of("url", "tls", "address");

    private DockerReader() {}

    static DockerSettings read(Section top) {
        return top.section("docker", KEYS).map(DockerReader::settings).orElse(DockerSettings.STANDARD);
    }

    private static DockerSettings settings(Section docker) {
        DockerSettings standard = DockerSettings.STANDARD;
        return new DockerSettings(
                docker.value("pull", ValueType.oneOf(DockerSettings.Pull.class)).orElse(standard.pull()),
                docker.value("shmSize", ValueType.SIZE).orElse(standard.shmSize()),
                docker.values("volumes", ValueType.VOLUME),
                docker.value("model", ValueType.TEXT),
                docker.section("cacheServer", SERVICE_KEYS).map(DockerReader::service),
                docker.section("store", SERVICE_KEYS).map(DockerReader::service),
                hosts(docker));
    }

    private static DockerSettings.Service service(Section service) {
        return new DockerSettings.Service(
                service.value("image", ValueType.TEXT), service.value("host", ValueType.TEXT));
    }

    private static Map<String, DockerSettings.Host> hosts(Section docker) {
        Map<String, DockerSettings.Host> hosts = new LinkedHashMap<>();
        docker.namedSections("hosts", List.of(), HOST_KEYS).forEach((name, host) -> hosts.put(name, host(host)));
        return hosts;
    }

    private static DockerSettings.Host host(Section host) {
        URI url = host.required("url", ValueType.DOCKER_URL);
        Optional<Path> tls = host.value("tls", ValueType.DIRECTORY);
        if (tls.isPresent() && !url.getScheme().equals("tcp")) {
            throw host.error("has tls with " + url + "; tls goes with tcp://HOST:PORT, leave it out");
        }
        return new DockerSettings.Host(
                url, tls, host.value("address", ValueType.TEXT).orElseGet(() -> address(host, url)));
    }

    private static String address(Section host, URI url) {
        if (url.getHost() == null) {
            throw host.error("has no address; write the one under which the other hosts and this machine reach it");
        }
        return url.getHost();
    }
}
