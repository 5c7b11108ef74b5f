package dev.vllmjunit.preflight;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.topology.NodeSpec;
import java.net.URI;
import java.util.List;

/**
 * Whether a running node is alive and serves the model.
 *
 * @param node which
 * @param url where
 * @param model its id
 * @param control asks it
 */
record NodeCheck(NodeSpec node, URI url, String model, ControlClient control) implements Check {

    @Override
    public CheckId id() {
        return CheckId.NODE;
    }

    @Override
    public String where() {
        return node.name() + " " + url;
    }

    @Override
    public Finding examine() {
        try {
            control.getText(url.resolve("/health"));
            List<String> served =
                    control.getJson(url.resolve("/v1/models")).path("data").findValuesAsText("id");
            return served.contains(model)
                    ? Finding.ok("healthy, serves " + model)
                    : Finding.failed(
                            "serves " + served + ", not " + model,
                            "describe the served model in the profile, or set vllm.model if only its name differs");
        } catch (ControlCallException e) {
            return Finding.failed(
                    String.valueOf(e.getMessage()),
                    "start the node, or correct vllm.attach." + node.role().label());
        }
    }
}
