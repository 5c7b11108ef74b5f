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
public @interface PerformanceTest {

    /**
     * How often the body runs, 1 or more: {@code 5} makes A, B, A, B, ... of a body that measures A and then B, so that what drifts
     * meanwhile meets both alike. It remains one test: lifecycle methods run once, every repetition gets the same instance and
     * arguments, a timeout counts for all together.
     *
     * <p>Each repetition has to make the same calls of {@link ServingStack#run}. Results of all but the last are preliminary, and
     * assertions on them hold back; in the last the k-th call returns the k-th runs of all repetitions as one result. Whatever a
     * repetition throws ends the test at once.
     */
    int repetitions() default 1;
}
