package dev.vllmjunit.provision.local;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Topology;

/**
 * Runs real vLLM nodes on this machine's CPU, their KV cache moved by NIXL and kept in S3 by LMCache or by vLLM's own tiering. Declared hosts and images have no
 * effect, and accelerators are taken for a wish: every node is a process here, on 127.0.0.1, on free ports unless the profile pins them.
 */
public final class LocalProvisioner implements Provisioner {

    /** Name that {@code vllm.stack} selects it by. */
    static final String NAME = "local";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Suitability examine(ProvisionRequest request) {
        return LocalLimits.shortage(request).map(Suitability::declined).orElseGet(Suitability::able);
    }

    @Override
    public Topology effective(Topology declared, Profile profile) {
        return declared.with(declared.nodes().stream()
                .map(node -> node.at(Accelerator.CPU, Launch.HOST))
                .toList());
    }

    @Override
    public boolean startsEngines() {
        return true;
    }

    @Override
    public RunningStack start(ProvisionRequest request) {
        LocalLimits.shortage(request).ifPresent(reason -> {
            throw new ProvisionException("the local stack cannot run this topology: " + reason);
        });
        return LocalStart.of(request).start();
    }
}
