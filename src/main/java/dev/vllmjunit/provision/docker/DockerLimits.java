package dev.vllmjunit.provision.docker;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.S3CacheSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the docker stack cannot do, said before anything is started. */
final class DockerLimits {

    private static final List<String> HERE = List.of("127.0.0.1", "localhost");

    private DockerLimits() {}

    /** The first obstacle, with what would help. */
    static Optional<String> shortage(ProvisionRequest request) {
        DockerSettings settings = request.profile().docker();
        return Stream.concat(
                        request.topology().nodes().stream().map(node -> node(node, settings)),
                        request.topology().s3Cache().map(DockerLimits::store).stream())
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> node(NodeSpec node, DockerSettings settings) {
        if (node.image().isEmpty()) {
            return Optional.of(node.name() + " has no image; write " + node.role().label() + ".image in the profile");
        }
        return HERE.contains(node.host()) || settings.hosts().containsKey(node.host())
                ? Optional.empty()
                : Optional.of(node.role().label() + ".host is " + node.host()
                        + ", which docker.hosts of the profile does not name; add docker: {hosts: {" + node.host()
                        + ": {url: ssh://USER@" + node.host() + "}}}");
    }

    private static Optional<String> store(S3CacheSpec s3) {
        return s3.endpoint().isPresent()
                ? Optional.empty()
                : Optional.of("s3Cache has no endpoint that containers reach; set -Dvllm.s3.endpoint=URL or write"
                        + " s3Cache.endpoint in the profile");
    }
}
