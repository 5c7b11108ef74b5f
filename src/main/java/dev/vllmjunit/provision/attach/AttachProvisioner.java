package dev.vllmjunit.provision.attach;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Uses the nodes whose URLs the profile or the settings name. */
public final class AttachProvisioner implements Provisioner {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "attach";
    }

    @Override
    public Suitability examine(ProvisionRequest request) {
        Profile.AttachSettings attach = request.profile().attach();
        return firstShortage(request, attach).map(Suitability::declined).orElseGet(Suitability::able);
    }

    @Override
    public RunningStack start(ProvisionRequest request) {
        ControlClient control = new ControlClient(DEADLINE);
        Profile.AttachSettings attach = request.profile().attach();
        List<RunningNode> prefill = attach(control, request, request.topology().prefill(), attach.prefill());
        List<RunningNode> decode = attach(control, request, request.topology().decode(), attach.decode());
        attach.cacheServer().ifPresent(server -> control.getText(server.resolve("/metrics")));
        return new AttachedStack(prefill, decode, attach.cacheServer(), AttachedStore.of(request.topology()));
    }

    private static Optional<String> firstShortage(ProvisionRequest request, Profile.AttachSettings attach) {
        return shortage(NodeRole.PREFILL, request.topology().prefill().size(), attach.prefill())
                .or(() -> shortage(NodeRole.DECODE, request.topology().decode().size(), attach.decode()))
                .or(() -> storeShortage(request));
    }

    private static Optional<String> shortage(NodeRole role, int declared, List<URI> urls) {
        return urls.size() == declared
                ? Optional.empty()
                : Optional.of("the class declares " + declared + " " + role.label() + " node(s), but " + urls.size()
                        + " URL(s) are given " + urls + "; set vllm.attach." + role.label() + "=http://HOST:PORT,…");
    }

    private static Optional<String> storeShortage(ProvisionRequest request) {
        return request.topology()
                .s3Cache()
                .filter(s3 -> s3.endpoint().isEmpty())
                .map(s3 -> "the class declares @S3Cache, but the"
                        + " object store behind the running nodes is not known; set vllm.s3.endpoint=http://HOST:PORT");
    }

    private static List<RunningNode> attach(
            ControlClient control, ProvisionRequest request, List<NodeSpec> specs, List<URI> urls) {
        List<RunningNode> nodes = new ArrayList<>();
        for (NodeSpec spec : specs) {
            nodes.add(attach(control, request.topology().model().id(), spec, urls.get(spec.index())));
        }
        return nodes;
    }

    private static RunningNode attach(ControlClient control, String model, NodeSpec spec, URI url) {
        control.getText(url.resolve("/health"));
        List<String> served =
                control.getJson(url.resolve("/v1/models")).path("data").findValuesAsText("id");
        if (!served.contains(model)) {
            throw new ProvisionException(
                    spec.name() + " at " + url + " serves " + served + ", but the profile's model.id is " + model
                            + "; name the served model in the profile or set vllm.model");
        }
        String version =
                control.getJson(url.resolve("/version")).path("version").asText("unknown");
        return new RunningNode(spec, url, version, Optional.empty());
    }
}
