package dev.vllmjunit.provision.attach;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.topology.NodeSpec;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Asks a running node whether it is what the profile says. */
final class NodeProbe {

    private final ControlClient control;
    private final String model;

    NodeProbe(ControlClient control, String model) {
        this.control = control;
        this.model = model;
    }

    /**
     * The node at the URL.
     *
     * @throws ProvisionException if it serves another model
     * @throws ControlCallException if it does not answer
     */
    RunningNode attach(NodeSpec spec, URI url) {
        control.getText(url.resolve("/health"));
        requireModel(spec, url);
        String version =
                control.getJson(url.resolve("/version")).path("version").asText("unknown");
        return new RunningNode(spec, url, version, Optional.empty());
    }

    /**
     * Asks a router whether it is there. Which paths it knows besides those of requests is its own affair: any answer will do.
     *
     * @throws ProvisionException if none comes
     */
    void requireRouter(URI url) {
        try {
            control.getText(url.resolve("/health"));
        } catch (ControlCallException e) {
            if (e.status() == 0) {
                throw new ProvisionException(
                        "the external router does not answer: " + e.getMessage()
                                + "; start it, correct vllm.attach.router, or leave that out to use this project's router",
                        e);
            }
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
}
