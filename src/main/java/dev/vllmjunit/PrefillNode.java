package dev.vllmjunit;

import dev.vllmjunit.topology.Accelerator;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Declares nodes that compute the prompts' KV cache. On a class, a meta-annotation or a superclass; repeatable: what a class,
 * its meta-annotations and its superclasses declare adds up.
 *
 * <p>The topology is started once, before the first test of the class, and stopped after the last. Everything left out here
 * comes from the profile ({@code profiles/NAME.yaml}, chosen by {@code vllm.profile}). Where it runs, {@code vllm.stack}
 * decides.
 *
 * @see DecodeNode
 * @see S3Cache
 * @see ServingStack
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Repeatable(PrefillNode.Container.class)
@ExtendWith(ServingStackExtension.class)
public @interface PrefillNode {

    /** What the nodes compute on. */
    Accelerator value();

    /** How many such nodes; 1 or more. */
    int count() default 1;

    /** Devices the model is split over; 0 for the profile's. */
    int tensorParallelism() default 0;

    /** Id of the served model, the same on every node; empty for the profile's. */
    String model() default "";

    /** Holds repeated {@link PrefillNode}s. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @Documented
    @Inherited
    @ExtendWith(ServingStackExtension.class)
    @interface Container {

        /** The repeated annotations. */
        PrefillNode[] value();
    }
}
