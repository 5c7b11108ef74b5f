package dev.vllmjunit.provision.docker;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;

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

    @Override
    public boolean startsEngines() {
        return true;
    }

    @Override
    public RunningStack start(ProvisionRequest request) {
        DockerLimits.shortage(request).ifPresent(reason -> {
            throw new ProvisionException("the docker stack cannot run this topology: " + reason);
        });
        return new DockerStart(request).start();
    }
}
