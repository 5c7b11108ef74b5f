package dev.vllmjunit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults on purpose on real vLLM, NIXL, LMCache and Ceph. */
@Tag("local")
class LocalInjectionIT {

    /** A store that refuses connections is not among them: real LMCache leaves S3 off for ever after three refusals. */
    private static final List<String> OF_LINKS = List.of(
            "theObjectStoreIsCutOffAndComesBack",
            "theObjectStoreIsFarAway",
            "theWayToTheObjectStoreIsNarrow",
            "theKeysOfTheCacheExpireAndAreRenewed");

    @Test
    void outputsStayRightAndNothingHangs(@TempDir Path reports) {
        Scenarios.allHold(
                "local",
                Map.of(),
                reports,
                Stream.of(OF_LINKS, FaultScenarios.WITHOUT_LINKS).flatMap(List::stream));
    }
}
