package dev.vllmjunit.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedProfilesTest {

    private static final Path PROFILES = Path.of("profiles");
    private static final Path NOWHERE = Path.of("target", "no-such-directory");

    @Test
    void theListOfShippedProfilesIsWhatTheDirectoryHolds() throws IOException {
        try (Stream<Path> files = Files.list(PROFILES)) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .isEqualTo(ProfileLoader.SHIPPED.stream()
                            .map(name -> name + ".yaml")
                            .toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nixl-only", "nixl-s3"})
    void theJarHoldsWhatTheDirectoryHolds(String name) {
        assertThat(new ProfileLoader(NOWHERE).load(name)).isEqualTo(new ProfileLoader(PROFILES).load(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nixl-only", "nixl-s3"})
    void describeTheGuidesNodes(String name) {
        Profile profile = new ProfileLoader(PROFILES).load(name);

        assertThat(profile.name()).isEqualTo(name);
        assertThat(profile.model().id()).isEqualTo("meta-llama/Llama-3.1-70B");
        assertThat(profile.model().kvBytesPerToken()).isEqualTo(327_680);
        assertThat(profile.prefill().accelerator()).isEqualTo(Accelerator.ROCM);
        assertThat(profile.decode().accelerator()).isEqualTo(Accelerator.GAUDI);
        assertThat(profile.prefill().blockSize()).isEqualTo(profile.decode().blockSize());
        assertThat(profile.kvTransfer().enforceHandshakeCompatibility()).isFalse();
        assertThat(profile.prefill().environment())
                .containsEntry("UCX_TLS", "rc,rocm,sm,self")
                .containsEntry("PYTHONHASHSEED", "0")
                .allSatisfy((variable, value) -> assertThat(variable).doesNotStartWith("LMCACHE_"));
        assertThat(profile.decode().environment()).containsEntry("UCX_TLS", "rc,gaudi,sm,self");
    }

    @Test
    void onlyTheSecondHasAnS3Cache() {
        assertThat(new ProfileLoader(PROFILES).load("nixl-only").s3Cache()).isEmpty();
        assertThat(new ProfileLoader(PROFILES).load("nixl-s3").s3Cache())
                .contains(
                        new S3CacheSpec("nixl", Optional.empty(), "us-east-1", true, S3CacheSpec.Writer.LMCACHE, 256));
    }

    @Test
    void mergeWithADeclaration() {
        Declaration declaration = new Declaration(
                "class com.example.WarmCacheIT",
                List.of(nodes(NodeRole.PREFILL, Accelerator.ROCM), nodes(NodeRole.DECODE, Accelerator.GAUDI)),
                Optional.of(new Declaration.S3("", Optional.empty())));

        Topology topology = TopologyMerge.merge(declaration, new ProfileLoader(PROFILES).load("nixl-s3"));

        assertThat(topology.describe()).isEqualTo("1P1D, ROCM to GAUDI, S3 cache in bucket nixl");
        assertThat(topology.prefill()).extracting(NodeSpec::tensorParallelism).containsExactly(8);
        assertThat(topology.s3Cache()).map(S3CacheSpec::keyPrefix).contains("");
    }

    @Test
    void holdTheGuidesTable() {
        assertThat(new ProfileLoader(PROFILES).load("nixl-only").expectations())
                .extracting(row -> row.row() + ": " + row.guide().describe(row.unit()))
                .containsExactly(
                        "throughput: 500–1,000 tokens/s",
                        "mean TTFT: 200–500 ms",
                        "cache hit rate: 10–20 %",
                        "total time: 300–600 s",
                        "prompt tokens computed: 1,950,000–2,050,000 tokens",
                        "NIXL transfer: 1–10 ms");
        assertThat(new ProfileLoader(PROFILES).load("nixl-s3").expectations())
                .filteredOn(row -> row.state().equals("S3_ONLY"))
                .extracting(row -> row.row() + ": " + row.guide().describe(row.unit()))
                .containsExactly(
                        "throughput, S3 warm: 1,500–5,000 tokens/s",
                        "throughput, S3 warm against cold: 3–10 x",
                        "mean TTFT, S3 warm: 50–100 ms",
                        "mean TTFT, S3 warm against cold: 4–5 x",
                        "cache hit rate, S3 warm: 60–90 %",
                        "total time, S3 warm: 120–180 s",
                        "total time, S3 warm against cold: 2–3.34 x",
                        "prompt tokens computed, S3 warm: 730,000–750,000 tokens",
                        "prompt tokens saved, S3 warm: 62.5–63.5 %",
                        "S3 load: 10–100 ms");
    }

    @Test
    void aTierThatFailsDoesNotReachTheDecidingHitRate() {
        double mostHitsOfTheNodesOwnCacheInPercent = 90;

        assertThat(new ProfileLoader(PROFILES).load("nixl-s3").expectations())
                .filteredOn(row -> row.row().equals("cache hit rate, S3 warm"))
                .singleElement()
                .extracting(row -> row.deciding().get("embedded"))
                .isNotNull()
                .matches(
                        range -> !range.contains(mostHitsOfTheNodesOwnCacheInPercent),
                        "is out of a failed tier's reach");
    }

    private static Declaration.Nodes nodes(NodeRole role, Accelerator accelerator) {
        return new Declaration.Nodes(role, accelerator, 1, 0, "");
    }

    @Test
    void carryNoCredentialsInAnyEnvironment() {
        Map<String, String> environment =
                new ProfileLoader(PROFILES).load("nixl-s3").prefill().environment();

        assertThat(environment.keySet()).noneMatch(Masking::isSecretName);
    }
}
