package dev.vllmjunit.conformance;

import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import java.util.Map;

class EmbeddedConformanceIT extends Conformance {

    @Override
    Provisioner provisioner() {
        return new EmbeddedProvisioner();
    }

    @Override
    Map<String, String> settings() {
        return Map.of();
    }
}
