package dev.vllmjunit.provision.docker;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Topology;
import java.util.List;

/** Runs a topology in containers of the images that the profile names, each on the docker host that its node's {@code host} names. */
public final class DockerProvisioner implements Provisioner {

    /** Name that {@code vllm.stack} selects it by. */
    static final String NAME = "docker";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Suitability examine(ProvisionRequest request) {
        return DockerLimits.shortage(request).map(Suitability::declined).orElseGet(Suitability::able);
    }

    /** A profile whose images compute on a CPU takes declared accelerators for a wish, as the local stack does. */
    @Override
    public Topology effective(Topology declared, Profile profile) {
        return declared.with(declared.nodes().stream()
                .map(node -> onCpu(node.role(), profile) ? node.at(Accelerator.CPU, node.host()) : node)
                .toList());
    }

    private static boolean onCpu(NodeRole role, Profile profile) {
        return (role == NodeRole.PREFILL ? profile.prefill() : profile.decode()).accelerator() == Accelerator.CPU;
    }

    @Override
    public boolean startsEngines() {
        return true;
    }

    @Override
    public RunningStack start(ProvisionRequest request) {
        DockerLimits.shortage(request).ifPresent(reason -> {
            throw new ProvisionException("the docker stack cannot run this topology: " + reason);
        });
        return new DockerStart(effective(request)).start();
    }

    @Override
    public List<String> commands(ProvisionRequest request) {
        return DockerPlan.of(effective(request)).containers().stream()
                .map(DockerRunLine::of)
                .toList();
    }

    private ProvisionRequest effective(ProvisionRequest request) {
        return request.with(effective(request.topology(), request.profile()));
    }
}
