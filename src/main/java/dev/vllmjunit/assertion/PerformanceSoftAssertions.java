package dev.vllmjunit.assertion;

import java.util.function.Consumer;
import org.assertj.core.api.AbstractSoftAssertions;
import org.assertj.core.api.SoftAssertionsProvider;
import org.assertj.core.api.StandardSoftAssertionsProvider;

/** AssertJ's soft assertions, and those of a benchmark result. Works with AssertJ's {@code @InjectSoftAssertions}, too. */
public final class PerformanceSoftAssertions extends AbstractSoftAssertions
        implements StandardSoftAssertionsProvider, PerformanceSoftAssertionsProvider {

    /** Runs the assertions and fails with all that did not hold. */
    public static void assertSoftly(Consumer<PerformanceSoftAssertions> softly) {
        SoftAssertionsProvider.assertSoftly(PerformanceSoftAssertions.class, softly);
    }
}
