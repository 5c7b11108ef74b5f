package dev.vllmjunit.provision.attach;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.NodeAgreement;
import dev.vllmjunit.provision.NodeInfo;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.BearerToken;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

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
        ControlClient control = new ControlClient(
                DEADLINE, request.token().map(BearerToken::headers).orElse(Map.of()), request.tls());
        NodeProbe probe = new NodeProbe(control, request.topology().model().id());
        Profile.AttachSettings attach = request.profile().attach();
        List<RunningNode> nodes = Stream.concat(
                        attach(probe, request.topology().prefill(), attach.prefill()),
                        attach(probe, request.topology().decode(), attach.decode()))
                .toList();
        Map<String, NodeInfo> infos = NodeAgreement.of(control, nodes).require().infos();
        attach.cacheServer().ifPresent(server -> control.getText(server.resolve("/metrics")));
        attach.router().ifPresent(probe::requireRouter);
        return new AttachedStack(
                nodes,
                devices(infos),
                attach.cacheServer(),
                attach.router(),
                request.token(),
                request.tls(),
                AttachedStore.of(request));
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

    private static Stream<RunningNode> attach(NodeProbe probe, List<NodeSpec> specs, List<URI> urls) {
        return specs.stream().map(spec -> probe.attach(spec, urls.get(spec.index())));
    }

    private static Map<String, String> devices(Map<String, NodeInfo> infos) {
        Map<String, String> devices = new TreeMap<>();
        infos.forEach((node, info) -> info.device().ifPresent(device -> devices.put(node, device)));
        return devices;
    }
}
