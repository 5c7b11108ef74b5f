package dev.vllmjunit;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults on purpose on real vLLM, NIXL, LMCache and Ceph. */
@Tag("local")
class LocalInjectionIT {

    /** A store that refuses connections is not among them: real LMCache leaves S3 off for ever after three refusals. */
    private static final String[] SCENARIOS = {
        "theObjectStoreIsCutOffAndComesBack",
        "theObjectStoreIsFarAway",
        "theWayToTheObjectStoreIsNarrow",
        "thePrefillNodeIsPausedAndResumed",
        "theKeysOfTheCacheExpireAndAreRenewed",
        "foreignAndTruncatedObjectsHangNothing",
        "alteredObjectsGiveWrongOutputAndTheRunSaysSo",
        "nothingOfAllThisIsLeft",
        "theDecodeNodeIsKilledAndThereAgainAtTheEnd"
    };

    @Test
    void outputsStayRightAndNothingHangs(@TempDir Path reports) {
        Scenarios.run(FaultScenarios.class, "local", reports, SCENARIOS)
                .assertStatistics(tests -> tests.started(SCENARIOS.length).succeeded(SCENARIOS.length));
    }
}
