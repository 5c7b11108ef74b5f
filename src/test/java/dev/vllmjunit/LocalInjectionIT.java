package dev.vllmjunit;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults on purpose on real vLLM, NIXL, LMCache and Ceph. */
@Tag("local")
class LocalInjectionIT {

    @Test
    void outputsStayRightAndNothingHangs(@TempDir Path reports) {
        Scenarios.allHold("local", Map.of(), reports);
    }
}
