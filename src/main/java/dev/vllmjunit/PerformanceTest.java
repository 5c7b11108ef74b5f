package dev.vllmjunit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test that measures: it never runs at the same time as another one of its kind, whatever JUnit's parallel execution is set
 * to, and carries the tag {@code performance}. Takes a {@link ServingStack}; a plain {@link Test} may do so, too.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Test
@Tag("performance")
@ResourceLock("dev.vllmjunit.measurement")
@ExtendWith(ServingStackExtension.class)
public @interface PerformanceTest {}
