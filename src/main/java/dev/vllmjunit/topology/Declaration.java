package dev.vllmjunit.topology;

import java.util.List;
import java.util.Optional;

/**
 * What the annotations of one element say, before a profile fills it up.
 *
 * @param element the annotated element, for messages: {@code class com.example.WarmCacheIT}
 * @param nodes in order of declaration
 * @param s3Cache the S3 cache, if declared
 */
public record Declaration(String element, List<Nodes> nodes, Optional<S3> s3Cache) {

    /** Copies the nodes. */
    public Declaration {
        nodes = List.copyOf(nodes);
    }

    /**
     * One node annotation.
     *
     * @param role from the annotation's type
     * @param accelerator its value
     * @param count how many
     * @param tensorParallelism 0 for the profile's
     * @param model empty for the profile's
     */
    public record Nodes(NodeRole role, Accelerator accelerator, int count, int tensorParallelism, String model) {

        /** As the author wrote it, without defaults. */
        public String asWritten() {
            String name = role == NodeRole.PREFILL ? "@PrefillNode" : "@DecodeNode";
            String more =
                    (count == 1 ? "" : ", count = " + count) + (model.isEmpty() ? "" : ", model = \"" + model + "\"");
            return name + "(" + (more.isEmpty() ? "" : "value = ") + accelerator + more + ")";
        }
    }

    /**
     * The S3 cache annotation.
     *
     * @param bucket empty for the profile's
     * @param writer empty for the profile's
     */
    public record S3(String bucket, Optional<S3CacheSpec.Writer> writer) {}
}
