package dev.vllmjunit.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileException;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.TopologyMerge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Profiles and annotations under the same rules as commands. */
class DeclaredTopologyTest {

    private final Path directory;

    DeclaredTopologyTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @ParameterizedTest
    @ValueSource(strings = {"nixl-only", "nixl-s3", "local"})
    void shippedProfilesAreClean(String name) {
        assertThat(lint(new ProfileLoader(Path.of("profiles")).load(name))).isEmpty();
    }

    @Test
    void theGuidesFlawsInAProfileAreFound() throws IOException {
        assertThat(
                        lint(
                                profile(
                                        """
                        model: {id: meta-llama/Llama-3.1-70b}
                        prefill:
                          environment:
                            LMCACHE_ENABLE_PD: "True"
                            PYTHONHASHSEED: random
                            VLLM_SERVER_DEV_MODE: "0"
                          arguments: [--block-size, "64"]
                        decode: {host: gaudi3}
                        kvTransfer: {enforceHandshakeCompatibility: true}
                        """)))
                .containsExactly(
                        "lmcache-env-without-connector profile mine: prefill.environment.LMCACHE_ENABLE_PD",
                        "lmcache-pd-beside-nixl profile mine: prefill.environment.LMCACHE_ENABLE_PD",
                        "hash-seed-missing profile mine: prefill.environment.PYTHONHASHSEED",
                        "side-channel-host-missing profile mine: prefill.host",
                        "handshake-compat-enforced profile mine: kvTransfer",
                        "block-size-differs profile mine: decode.blockSize",
                        "model-id-unknown profile mine: model.id",
                        "dev-mode-missing profile mine: prefill.environment.VLLM_SERVER_DEV_MODE");
    }

    @Test
    void annotationsAreLookedAtWithTheirProfile() {
        Profile profile = new ProfileLoader(Path.of("profiles")).load("nixl-s3");
        Declaration declaration = new Declaration(
                "class X",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, 1, 2, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.CUDA, 2, 0, "")),
                Optional.of(new Declaration.S3("", Optional.empty())));

        assertThat(Linter.lint(DeclaredTopology.of(TopologyMerge.merge(declaration, profile), profile)))
                .extracting(finding -> finding.rule().id() + " " + finding.where() + " " + finding.what())
                .containsExactly(
                        "tensor-parallelism-of-shared-keys profile nixl-s3: prefill.tensorParallelism prefill nodes that share"
                                + " a bucket have tensor parallelism 8 and 2",
                        "ucx-transport-without-device profile nixl-s3: decode.environment.UCX_TLS UCX_TLS names gaudi, but the"
                                + " decode node computes on CUDA");
    }

    @Test
    void aProfileSilencesARuleWithItsReason() throws IOException {
        Profile profile = profile(
                """
                model: {id: meta-llama/Llama-3.1-70b}
                lint: {silence: {model-id-unknown: it is a mirror}}
                """);

        assertThat(Linter.lint(DeclaredTopology.of(profile))).singleElement().satisfies(finding -> {
            assertThat(finding.accepted()).contains("it is a mirror");
            assertThat(finding.level()).isEqualTo("silenced");
        });
    }

    @Test
    void aProfileSaysWhichEngineItIsFor() throws IOException {
        assertThat(
                        lint(
                                profile(
                                        """
                        kvTransfer: {enforceHandshakeCompatibility: true}
                        lint: {vllm: "0.12.0"}
                        """)))
                .isEmpty();
    }

    @Test
    void silencingAnUnknownRuleIsAnErrorWithItsPlace() throws IOException {
        Deployment deployment = DeclaredTopology.of(profile("lint: {silence: {model-id: because}}"));

        assertThatExceptionOfType(LintException.class)
                .isThrownBy(() -> Linter.lint(deployment))
                .withMessageStartingWith(directory.resolve("mine.yaml")
                        + ":2:18: there is no rule model-id; did you mean model-id-unknown? Rules:");
    }

    @Test
    void silencingWithoutAReasonIsAnErrorWithItsPlace() {
        assertThatExceptionOfType(ProfileException.class)
                .isThrownBy(() -> profile("lint: {silence: {model-id-unknown: \"\"}}"))
                .withMessage(directory.resolve("mine.yaml")
                        + ":2:36: lint.silence.model-id-unknown is \"\"; write a text that is not empty");
    }

    @Test
    void anEngineThatIsNoVersionIsAnErrorWithItsPlace() {
        assertThatExceptionOfType(ProfileException.class)
                .isThrownBy(() -> profile("lint: {vllm: newest}"))
                .withMessage(directory.resolve("mine.yaml")
                        + ":2:14: lint.vllm is \"newest\"; write a version, for instance \"0.32.0\"");
    }

    private Profile profile(String text) throws IOException {
        Files.copy(Path.of("profiles/nixl-only.yaml"), directory.resolve("nixl-only.yaml"));
        Files.writeString(directory.resolve("mine.yaml"), "extends: nixl-only\n" + text);
        return new ProfileLoader(directory).load("mine");
    }

    private static List<String> lint(Profile profile) {
        return Linter.lint(DeclaredTopology.of(profile)).stream()
                .map(finding -> finding.rule().id() + " " + finding.where())
                .toList();
    }
}
