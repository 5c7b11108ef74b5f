package dev.vllmjunit.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Annotations and profile become a topology: the annotation wins wherever it says something. */
public final class TopologyMerge {

    private TopologyMerge() {}

    /**
     * Merges and checks.
     *
     * @throws DeclarationException if the declaration makes no sense
     */
    public static Topology merge(Declaration declaration, Profile profile) {
        check(declaration);
        List<NodeSpec> nodes = new ArrayList<>(nodes(declaration, NodeRole.PREFILL, profile.prefill()));
        nodes.addAll(nodes(declaration, NodeRole.DECODE, profile.decode()));
        return new Topology(
                profile.name(),
                model(declaration, profile),
                nodes,
                profile.kvTransfer(),
                declaration.s3Cache().map(s3 -> s3Cache(declaration, s3, profile)));
    }

    /** What a profile alone describes: a prefill and a decode node on its accelerators, and its S3 cache if it has one. */
    public static Topology of(Profile profile) {
        Declaration declaration = new Declaration(
                "profile " + profile.name(),
                List.of(one(NodeRole.PREFILL, profile.prefill()), one(NodeRole.DECODE, profile.decode())),
                profile.s3Cache().map(s3 -> new Declaration.S3("", Optional.empty())));
        return merge(declaration, profile);
    }

    private static Declaration.Nodes one(NodeRole role, Profile.NodeDefaults defaults) {
        return new Declaration.Nodes(role, defaults.accelerator(), 1, 0, "");
    }

    private static void check(Declaration declaration) {
        require(
                has(declaration, NodeRole.PREFILL) || !has(declaration, NodeRole.DECODE),
                declaration,
                written(declaration) + " is declared without a prefill node to pull KV cache from",
                "add @PrefillNode(ROCM), or another accelerator");
        require(
                has(declaration, NodeRole.PREFILL) || declaration.s3Cache().isEmpty(),
                declaration,
                "@S3Cache is declared, but no node fills it",
                "add @PrefillNode and @DecodeNode");
        require(
                has(declaration, NodeRole.DECODE),
                declaration,
                written(declaration) + " is declared without a decode node to generate",
                "add @DecodeNode(GAUDI), or another accelerator");
        for (Declaration.Nodes nodes : declaration.nodes()) {
            require(
                    nodes.count() >= 1,
                    declaration,
                    nodes.asWritten() + " asks for " + nodes.count() + " nodes",
                    "write a count of 1 or more, or leave the annotation out");
            require(
                    nodes.tensorParallelism() >= 0,
                    declaration,
                    nodes.asWritten() + " has tensorParallelism = " + nodes.tensorParallelism(),
                    "write 1 or more, or leave it out for the profile's");
        }
    }

    private static ModelSpec model(Declaration declaration, Profile profile) {
        Set<String> models = declaration.nodes().stream()
                .map(Declaration.Nodes::model)
                .map(model -> model.isEmpty() ? profile.model().id() : model)
                .collect(Collectors.toCollection(java.util.TreeSet::new));
        require(
                models.size() == 1,
                declaration,
                "the nodes serve different models: " + String.join(", ", models),
                "KV cache moves only between nodes of one model: write the same model on every node, or none");
        String id = models.iterator().next();
        require(
                id.equals(profile.model().id()),
                declaration,
                "model = \"" + id + "\", but profile " + profile.name() + " describes "
                        + profile.model().id(),
                "choose a profile that describes the model (-Dvllm.profile=NAME), or leave the model out");
        return profile.model();
    }

    private static List<NodeSpec> nodes(Declaration declaration, NodeRole role, Profile.NodeDefaults defaults) {
        List<NodeSpec> result = new ArrayList<>();
        for (Declaration.Nodes nodes : declaration.nodes()) {
            for (int i = 0; nodes.role() == role && i < nodes.count(); i++) {
                result.add(node(nodes, result.size(), defaults));
            }
        }
        return result;
    }

    private static NodeSpec node(Declaration.Nodes nodes, int index, Profile.NodeDefaults defaults) {
        int tensorParallelism =
                nodes.tensorParallelism() == 0 ? defaults.tensorParallelism() : nodes.tensorParallelism();
        OptionalInt port =
                defaults.port().isPresent() ? OptionalInt.of(defaults.port().getAsInt() + index) : OptionalInt.empty();
        return new NodeSpec(
                nodes.role(),
                index,
                nodes.accelerator(),
                tensorParallelism,
                defaults.blockSize(),
                defaults.host(),
                port,
                defaults.image(),
                defaults.environment(),
                defaults.arguments());
    }

    private static S3CacheSpec s3Cache(Declaration declaration, Declaration.S3 declared, Profile profile) {
        Optional<S3CacheSpec> filled = profile.s3Cache();
        require(
                filled.isPresent(),
                declaration,
                "@S3Cache is declared, but profile " + profile.name() + " has no s3Cache section",
                "choose a profile that has one, for instance -Dvllm.profile=nixl-s3");
        S3CacheSpec s3 = filled.get();
        String bucket = declared.bucket().isEmpty() ? s3.bucket() : declared.bucket();
        return new S3CacheSpec(
                bucket,
                s3.endpoint(),
                s3.region(),
                s3.pathStyle(),
                declared.writer().orElse(s3.writer()),
                s3.chunkTokens(),
                s3.keyPrefix());
    }

    private static boolean has(Declaration declaration, NodeRole role) {
        return declaration.nodes().stream().anyMatch(nodes -> nodes.role() == role);
    }

    private static String written(Declaration declaration) {
        return declaration.nodes().stream().map(Declaration.Nodes::asWritten).collect(Collectors.joining(" "));
    }

    private static void require(boolean holds, Declaration declaration, String said, String instead) {
        if (!holds) {
            throw new DeclarationException(declaration.element() + ": " + said + "; " + instead + ".");
        }
    }
}
