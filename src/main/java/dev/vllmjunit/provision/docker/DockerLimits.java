package dev.vllmjunit.provision.docker;

import dev.vllmjunit.docker.Daemon;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the docker stack cannot do, said before anything is started. */
final class DockerLimits {

    private DockerLimits() {}

    /** The first obstacle, with what would help. */
    static Optional<String> shortage(ProvisionRequest request) {
        DockerSettings settings = request.profile().docker();
        return Stream.concat(
                        request.topology().nodes().stream().map(node -> node(node, settings)),
                        Stream.of(
                                request.topology().s3Cache().flatMap(s3 -> store(s3, settings)),
                                ownStoreByName(request),
                                sharedMemory(request.topology(), settings)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> node(NodeSpec node, DockerSettings settings) {
        return node.image().isEmpty()
                ? Optional.of(
                        node.name() + " has no image; write " + node.role().label() + ".image in the profile")
                : host(node.role().label() + ".host", node.host(), settings);
    }

    private static Optional<String> host(String key, String name, DockerSettings settings) {
        DockerSettings.Host known = settings.hosts().get(name);
        if (known != null) {
            return known.tls()
                    .flatMap(Daemon::missing)
                    .map(file -> "docker.hosts." + name + ".tls has no " + file
                            + "; TLS needs ca.pem, cert.pem and key.pem there, readable by this user");
        }
        return settings.isHere(name)
                ? Optional.empty()
                : Optional.of(key + " is " + name + ", which docker.hosts of the profile does not name; add docker:"
                        + " {hosts: {" + name + ": {url: 'ssh://USER@" + name + "'}}}, or 'tcp://" + name
                        + ":2376' with tls: DIRECTORY");
    }

    private static Optional<String> store(S3CacheSpec s3, DockerSettings settings) {
        if (s3.endpoint().isPresent()) {
            return Optional.empty();
        }
        Optional<DockerSettings.Service> store = settings.store();
        if (store.flatMap(DockerSettings.Service::image).isEmpty()) {
            return Optional.of("s3Cache has no endpoint that containers reach; set -Dvllm.s3.endpoint=URL, or write"
                    + " s3Cache.endpoint or docker.store.image in the profile");
        }
        return store.flatMap(DockerSettings.Service::host).flatMap(name -> host("docker.store.host", name, settings));
    }

    /** The bucket of a store that is started here has no name in any DNS. */
    private static Optional<String> ownStoreByName(ProvisionRequest request) {
        return request.topology()
                .s3Cache()
                .filter(s3 -> s3.endpoint().isEmpty() && s3.writer() == S3CacheSpec.Writer.LMCACHE)
                .filter(s3 -> Served.of(request).target().isEmpty())
                .map(s3 ->
                        "LMCache reaches docker.store only where the bucket is in the path; write s3Cache.pathStyle: true and"
                                + " docker.model: /PATH/OF/THE/MODEL/IN/THE/IMAGE, or s3Cache.endpoint");
    }

    /** LMCache's server and its engines hand KV cache over in shared memory; over anything else LMCache stores nothing. */
    private static Optional<String> sharedMemory(Topology topology, DockerSettings settings) {
        if (topology.s3Cache()
                .filter(s3 -> s3.writer() == S3CacheSpec.Writer.LMCACHE)
                .isEmpty()) {
            return Optional.empty();
        }
        Set<String> hosts = Stream.concat(
                        topology.prefill().stream().map(NodeSpec::host),
                        settings.cacheServer().flatMap(DockerSettings.Service::host).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        return hosts.size() < 2
                ? Optional.empty()
                : Optional.of("LMCache's server shares memory with all prefill nodes, which are on " + hosts
                        + "; put them and docker.cacheServer on one host, or write s3Cache.writer: OBJ");
    }
}
