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
 * Declares nodes that pull the prompts' KV cache from the prefill nodes and generate. On a class, a meta-annotation or a
 * superclass; repeatable: what a class, its meta-annotations and its superclasses declare adds up. See {@link PrefillNode} for
 * when the topology starts and what the profile fills in.
 *
 * @see PrefillNode
 * @see ServingStack
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Repeatable(DecodeNode.Container.class)
@ExtendWith(ServingStackExtension.class)
public @interface DecodeNode {

    /** What the nodes compute on. */
    Accelerator value();

    /** How many such nodes; 1 or more. */
    int count() default 1;

    /** Devices the model is split over; 0 for the profile's. */
    int tensorParallelism() default 0;

    /** Id of the served model, the same on every node; empty for the profile's. */
    String model() default "";

    /** Holds repeated {@link DecodeNode}s. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @Documented
    @Inherited
    @ExtendWith(ServingStackExtension.class)
    @interface Container {

        /** The repeated annotations. */
        DecodeNode[] value();
    }
}
