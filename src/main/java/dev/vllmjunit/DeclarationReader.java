package dev.vllmjunit;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;
import static org.junit.platform.commons.support.AnnotationSupport.findRepeatableAnnotations;

import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.DeclarationException;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.S3CacheSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From the annotations of a class to what they declare. */
final class DeclarationReader {

    private DeclarationReader() {}

    /** What the class, its meta-annotations and its superclasses declare; empty when they declare nothing. */
    static Optional<Declaration> read(Class<?> type) {
        List<Declaration.Nodes> nodes = new ArrayList<>();
        findRepeatableAnnotations(type, PrefillNode.class).forEach(node -> nodes.add(prefill(node)));
        findRepeatableAnnotations(type, DecodeNode.class).forEach(node -> nodes.add(decode(node)));
        Optional<Declaration.S3> s3 = findAnnotation(type, S3Cache.class).map(cache -> s3(type, cache));
        return nodes.isEmpty() && s3.isEmpty()
                ? Optional.empty()
                : Optional.of(new Declaration("class " + type.getName(), nodes, s3));
    }

    private static Declaration.Nodes prefill(PrefillNode node) {
        return new Declaration.Nodes(
                NodeRole.PREFILL, node.value(), node.count(), node.tensorParallelism(), node.model());
    }

    private static Declaration.Nodes decode(DecodeNode node) {
        return new Declaration.Nodes(
                NodeRole.DECODE, node.value(), node.count(), node.tensorParallelism(), node.model());
    }

    private static Declaration.S3 s3(Class<?> type, S3Cache cache) {
        S3CacheSpec.Writer[] writers = cache.writer();
        if (writers.length > 1) {
            throw new DeclarationException("class " + type.getName() + ": @S3Cache names " + writers.length
                    + " writers; KV cache has one: write writer = LMCACHE or writer = OBJ, or leave it out for the"
                    + " profile's.");
        }
        return new Declaration.S3(cache.bucket(), Optional.ofNullable(writers.length == 0 ? null : writers[0]));
    }
}
