package dev.vllmjunit.lint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The guide's own commands: every flaw that is known, and none besides. */
class GuideTest {

    @Test
    void theFirstConfigurationHasNineOfTheTwelveKnownFlaws() {
        assertThat(Commands.findingsIn("guide-nixl-only.sh"))
                .containsExactly(
                        "lmcache-env-without-connector 12",
                        "lmcache-env-without-connector 25",
                        "lmcache-pd-beside-nixl 12",
                        "lmcache-pd-beside-nixl 25",
                        "hash-seed-missing 13",
                        "hash-seed-missing 26",
                        "side-channel-host-missing 11",
                        "handshake-compat-enforced 29",
                        "model-id-unknown 14",
                        "model-id-unknown 27",
                        "benchmark-unknown-options 33",
                        "benchmark-bypasses-router 33",
                        "hit-rate-from-decode 38");
    }

    @Test
    void theSecondConfigurationHasAllTwelve() {
        assertThat(Commands.findingsIn("guide-nixl-s3.sh"))
                .containsExactly(
                        "lmcache-env-without-connector 17",
                        "lmcache-env-without-connector 35",
                        "lmcache-pd-beside-nixl 17",
                        "lmcache-pd-beside-nixl 35",
                        "lmcache-s3-path-style 18",
                        "lmcache-s3-path-style 36",
                        "lmcache-s3-keys 19",
                        "lmcache-s3-keys 37",
                        "hash-seed-missing 23",
                        "hash-seed-missing 41",
                        "side-channel-host-missing 16",
                        "handshake-compat-enforced 44",
                        "model-id-unknown 24",
                        "model-id-unknown 42",
                        "benchmark-unknown-options 48",
                        "benchmark-unknown-options 54",
                        "benchmark-bypasses-router 48",
                        "benchmark-bypasses-router 54",
                        "hit-rate-from-decode 59",
                        "warm-run-without-cache-drop 53");
    }

    @Test
    void correctedTheyAreClean() {
        assertThat(Commands.findingsIn("corrected.sh")).isEmpty();
    }
}
