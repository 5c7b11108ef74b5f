package dev.vllmjunit;

import dev.vllmjunit.topology.S3CacheSpec;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Declares that the prefill nodes keep KV cache in S3, so that it survives a restart and is shared. On a class, a
 * meta-annotation or a superclass; the nearest one counts.
 *
 * <p>Endpoint and region come from the profile or from {@code vllm.s3.*}; credentials from the environment or the AWS default
 * chain alone. Without an endpoint the stack brings its own object store.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(ServingStackExtension.class)
public @interface S3Cache {

    /** Bucket name; empty for the profile's. */
    String bucket() default "";

    /** What writes the objects; at most one, none for the profile's. The embedded stack has LMCACHE only. */
    S3CacheSpec.Writer[] writer() default {};
}
