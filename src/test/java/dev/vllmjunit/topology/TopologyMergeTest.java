package dev.vllmjunit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TopologyMergeTest {

    private static final Declaration.Nodes PREFILL = nodes(NodeRole.PREFILL, 1, "");
    private static final Declaration.Nodes DECODE = nodes(NodeRole.DECODE, 1, "");

    @Test
    void fillsWhatTheAnnotationsLeaveOutFromTheProfile() {
        Topology topology = TopologyMerge.merge(
                declared(Optional.of(new Declaration.S3("", Optional.empty())), nodes(NodeRole.PREFILL, 2, ""), DECODE),
                profile());

        assertThat(topology.describe()).isEqualTo("2P1D, ROCM to ROCM, S3 cache in bucket nixl");
        assertThat(topology.prefill()).extracting(NodeSpec::name).containsExactly("prefill-0", "prefill-1");
        assertThat(topology.prefill())
                .extracting(node -> node.port().getAsInt())
                .containsExactly(8000, 8001);
        assertThat(topology.decode()).extracting(NodeSpec::tensorParallelism).containsExactly(8);
    }

    @Test
    void theAnnotationWinsOverTheProfile() {
        Declaration.S3 s3 = new Declaration.S3("mine", Optional.of(S3CacheSpec.Writer.OBJ));

        Declaration.Nodes twoRanks = new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, 1, 2, "");

        Topology topology = TopologyMerge.merge(declared(Optional.of(s3), twoRanks, DECODE), profile());

        assertThat(topology.prefill()).extracting(NodeSpec::tensorParallelism).containsExactly(2);
        assertThat(topology.prefill()).extracting(NodeSpec::accelerator).containsExactly(Accelerator.ROCM);
        assertThat(topology.s3Cache()).map(S3CacheSpec::bucket).contains("mine");
        assertThat(topology.s3Cache()).map(S3CacheSpec::writer).contains(S3CacheSpec.Writer.OBJ);
    }

    @Test
    void refusesADecodeNodeWithoutAPrefillNode() {
        assertRefused(
                declared(Optional.empty(), DECODE),
                "class com.example.WarmCacheIT: @DecodeNode(ROCM) is declared without a prefill node to pull KV cache from; add"
                        + " @PrefillNode(ROCM), or another accelerator.");
    }

    @Test
    void refusesAPrefillNodeWithoutADecodeNode() {
        assertRefused(
                declared(Optional.empty(), PREFILL),
                "class com.example.WarmCacheIT: @PrefillNode(ROCM) is declared without a decode node to generate; add"
                        + " @DecodeNode(GAUDI), or another accelerator.");
    }

    @Test
    void refusesAnS3CacheThatNothingFills() {
        assertRefused(
                declared(Optional.of(new Declaration.S3("", Optional.empty()))),
                "class com.example.WarmCacheIT: @S3Cache is declared, but no node fills it; add @PrefillNode and @DecodeNode.");
    }

    @Test
    void refusesTwoModels() {
        assertRefused(
                declared(Optional.empty(), PREFILL, nodes(NodeRole.DECODE, 1, "other/model")),
                "class com.example.WarmCacheIT: the nodes serve different models: other/model, tiny; KV cache moves only between"
                        + " nodes of one model: write the same model on every node, or none.");
    }

    @Test
    void refusesAModelThatTheProfileDoesNotDescribe() {
        assertRefused(
                declared(Optional.empty(), nodes(NodeRole.PREFILL, 1, "x"), nodes(NodeRole.DECODE, 1, "x")),
                "class com.example.WarmCacheIT: model = \"x\", but profile test describes tiny; choose a profile that describes the"
                        + " model (-Dvllm.profile=NAME), or leave the model out.");
    }

    @Test
    void refusesACountBelowOne() {
        assertRefused(
                declared(Optional.empty(), nodes(NodeRole.PREFILL, 0, ""), DECODE),
                "class com.example.WarmCacheIT: @PrefillNode(value = ROCM, count = 0) asks for 0 nodes; write a count of 1 or more,"
                        + " or leave the annotation out.");
    }

    private static void assertRefused(Declaration declaration, String message) {
        assertThatExceptionOfType(DeclarationException.class)
                .isThrownBy(() -> TopologyMerge.merge(declaration, profile()))
                .withMessage(message);
    }

    private static Declaration declared(Optional<Declaration.S3> s3, Declaration.Nodes... nodes) {
        return new Declaration("class com.example.WarmCacheIT", List.of(nodes), s3);
    }

    private static Declaration.Nodes nodes(NodeRole role, int count, String model) {
        return new Declaration.Nodes(role, Accelerator.ROCM, count, 0, model);
    }

    private static Profile profile() {
        Profile.NodeDefaults defaults = new Profile.NodeDefaults(
                Accelerator.CPU, 8, 128, "127.0.0.1", OptionalInt.of(8000), Optional.empty(), Map.of(), List.of());
        return new Profile(
                "test",
                new ModelSpec("tiny", 5_000_000, 4, 256, 2, 64, 4, 32_768),
                defaults,
                defaults,
                new KvTransferSpec("NixlConnector", "cpu", OptionalInt.empty(), Duration.ofSeconds(30), false),
                Optional.of(new S3CacheSpec(
                        "nixl", Optional.<URI>empty(), "us-east-1", true, S3CacheSpec.Writer.LMCACHE, 256)),
                new Profile.EmbeddedSettings(1024, 400_000, 400_000, 8_192),
                Profile.AttachSettings.NOTHING,
                List.of());
    }
}
