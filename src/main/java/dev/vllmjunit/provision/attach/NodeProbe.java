package dev.vllmjunit.provision.attach;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.topology.NodeSpec;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a running node whether it is what the profile says. */
final class NodeProbe {

    private static final Pattern BLOCK_SIZE = Pattern.compile("vllm:cache_config_info\\{.*?\\bblock_size=\"(\\d+)\"");

    private final ControlClient control;
    private final String model;

    NodeProbe(ControlClient control, String model) {
        this.control = control;
        this.model = model;
    }

    /**
     * The node at the URL.
     *
     * @throws ProvisionException if it serves another model, or has other blocks than the profile says
     * @throws ControlCallException if it does not answer
     */
    RunningNode attach(NodeSpec spec, URI url) {
        control.getText(url.resolve("/health"));
        requireModel(spec, url);
        requireBlockSize(spec, url);
        String version =
                control.getJson(url.resolve("/version")).path("version").asText("unknown");
        return new RunningNode(spec, url, version, Optional.empty());
    }

    /** What the node's {@code /server_info} says of it; nothing where it does not offer that call. */
    NodeInfo info(URI url) {
        try {
            return NodeInfo.of(control.getJson(url.resolve("/server_info?config_format=json")));
        } catch (ControlCallException e) {
            return NodeInfo.none();
        }
    }

    private void requireModel(NodeSpec spec, URI url) {
        List<String> served =
                control.getJson(url.resolve("/v1/models")).path("data").findValuesAsText("id");
        if (!served.contains(model)) {
            throw new ProvisionException(spec.name() + " at " + url + " serves " + served
                    + ", but the profile's model.id is " + model
                    + "; describe the served model in the profile, or set vllm.model if only its name differs");
        }
    }

    /** Unequal blocks on the two sides give wrong text under HTTP 200, with every counter as in health. */
    private void requireBlockSize(NodeSpec spec, URI url) {
        Matcher found = BLOCK_SIZE.matcher(control.getText(url.resolve("/metrics")));
        if (found.find() && Integer.parseInt(found.group(1)) != spec.blockSize()) {
            throw new ProvisionException(spec.name() + " at " + url + " has blocks of " + found.group(1)
                    + " tokens, but the profile says " + spec.role().label() + ".blockSize: " + spec.blockSize()
                    + "; prefill and decode nodes need equal blocks, or the decode node's text may silently be wrong:"
                    + " correct --block-size or the profile");
        }
    }
}
