package dev.vllmjunit.provision.docker;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.S3CacheSpec;
import java.util.List;
import java.util.Optional;

/**
 * What {@code vllm serve} is told to serve; LMCache names its objects after it.
 *
 * @param path as vLLM is told: a model's id, a path in the image, or a link
 * @param target what the link leads to; empty where there is no link
 * @param key how LMCache's keys begin
 */
record Served(String path, Optional<String> target, String key) {

    /**
     * LMCache always puts the bucket into the host name. A served path that begins with the bucket makes each of its requests a
     * path-style one, which needs no DNS.
     */
    static Served of(ProvisionRequest request) {
        String id = request.topology().model().id();
        Optional<String> directory = request.profile().docker().model();
        Optional<S3CacheSpec> pathStyle =
                request.topology().s3Cache().filter(s3 -> s3.writer() == S3CacheSpec.Writer.LMCACHE && s3.pathStyle());
        if (pathStyle.isPresent()
                && directory.filter(path -> path.startsWith("/")).isPresent()) {
            return new Served(pathStyle.get().bucket() + "/" + id, directory, id);
        }
        String path = directory.orElse(id);
        return new Served(path, Optional.empty(), path);
    }

    /** Words before {@code vllm} that make the link in the container's directory. */
    List<String> prefix() {
        return target.map(to -> List.of(
                        "sh",
                        "-c",
                        "mkdir -p " + path.substring(0, path.lastIndexOf('/')) + " && ln -sfn " + to + " " + path
                                + " && exec \"$0\" \"$@\""))
                .orElse(List.of());
    }
}
