package dev.vllmjunit.conformance;

import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.local.LocalProvisioner;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** Real vLLM, NIXL, LMCache and S3. */
@Tag("local")
class LocalConformanceIT extends Conformance {

    @Override
    Provisioner provisioner() {
        return new LocalProvisioner();
    }

    @Override
    Map<String, String> settings() {
        return dev.vllmjunit.provision.local.Requests.home();
    }
}
