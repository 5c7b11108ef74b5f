package dev.vllmjunit.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.local.LocalProvisioner;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Real vLLM, NIXL, LMCache and S3: where an environment is named. */
class LocalConformanceIT extends Conformance {

    private static final String HOME = System.getProperty("vllm.local.home", "");

    @BeforeAll
    @Override
    void start(@TempDir Path logs) {
        assumeTrue(
                !HOME.isEmpty(),
                "runs real vLLM: set -Dvllm.local.home=DIRECTORY of a Python environment with vLLM, NIXL and LMCache");
        super.start(logs);
    }

    @Override
    Provisioner provisioner() {
        return new LocalProvisioner();
    }

    @Override
    Map<String, String> settings() {
        return Map.of("vllm.local.home", HOME);
    }
}
