package dev.vllmjunit.preflight;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import java.util.Locale;

/**
 * Whether a node's image is on its host.
 *
 * @param node which
 * @param docker its host
 * @param pull when images are pulled
 */
record ImageCheck(NodeSpec node, DockerHost docker, DockerSettings.Pull pull) implements Check {

    private static final double GIB = 1L << 30;

    @Override
    public CheckId id() {
        return CheckId.IMAGE;
    }

    @Override
    public String where() {
        return node.name() + " on " + docker.name();
    }

    @Override
    public Finding examine() {
        if (node.image().isEmpty()) {
            return Finding.failed("no image is named", node.role().label() + ".image in the profile");
        }
        String image = node.image().get();
        try {
            return present(image, docker.client().inspectImageCmd(image).exec());
        } catch (NotFoundException e) {
            return absent(image);
        } catch (RuntimeException e) {
            throw new CannotCheckException(
                    "the daemon does not answer: " + docker.connection().why(e));
        }
    }

    private static Finding present(String image, InspectImageResponse found) {
        Long size = found.getSize();
        return Finding.ok(String.format(
                Locale.ROOT, "%s, %.1f GiB, for %s", image, size == null ? 0 : size / GIB, found.getArch()));
    }

    private Finding absent(String image) {
        String found = image + " is not there";
        return pull == DockerSettings.Pull.NEVER
                ? Finding.failed(found, "docker pull it there, build it there, or set docker.pull: MISSING")
                : Finding.warning(found, "docker pull it there before, or the start waits for it");
    }
}
